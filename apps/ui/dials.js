// Sliders of the latent dimensions. `value()` is what the visitor has set; `past` and `future` hold others for undo and redo.
const KEY_STEP = 4; // grid steps that an arrow key moves a slider

const list = element.querySelector("ul");
const seed = element.querySelector("input[type=number]");
const buttons = Object.fromEntries([...element.querySelectorAll("[data-do]")].map((b) => [b.dataset.do, b]));
const rows = new Map(); // by dimension: its list item, slider and reading
let view = {};
let past = [];
let future = [];
let held = null; // the value before the slider that is being moved
let dressed = props.follow ? "" : null; // what the sliders are of, where they follow the view

const nothing = () => ({ of: view.source ?? "", seed: null, at: {} });
const value = () => (props.value?.of === (view.source ?? "") ? { ...nothing(), ...props.value } : nothing());
const isChanged = ({ seed, at }) => seed !== null || Object.keys(at).length > 0;

function send(next) {
  props.value = next;
  trigger("input");
  mark();
}

function commit(next) {
  past.push(value());
  future = [];
  send(next);
}

function step(from, to) {
  if (from.length === 0) return;
  to.push(value());
  send(from.pop());
}

function without(at, dimension) {
  const { [dimension]: _, ...rest } = at;
  return rest;
}

const takeSeed = (number) => commit({ ...value(), seed: number, at: {} });
const actions = {
  undo: () => step(past, future),
  redo: () => step(future, past),
  own: () => commit(nothing()),
  dice: () => takeSeed(Math.floor(Math.random() * 10_000)),
};

// Showing

const told = (steps) => (steps / props.grid).toFixed(2).replace("-", "−");

function mark() {
  const now = value();
  buttons.undo.disabled = past.length === 0;
  buttons.redo.disabled = future.length === 0;
  buttons.own.disabled = !isChanged(now);
  if (seed && document.activeElement !== seed) seed.value = now.seed ?? "";
  for (const [dimension, { item, slider, reading }] of rows) {
    const steps = now.at[dimension] ?? view.z?.[dimension] ?? 0;
    slider.value = steps;
    reading.textContent = told(steps);
    item.dataset.changed = dimension in now.at;
    slider.setAttribute("aria-valuetext", told(steps));
  }
}

function show(next) {
  if (next.source !== view.source) {
    past = [];
    future = [];
    held = null;
  }
  view = next;
  if (props.follow) follow(view.dials ?? dressed);
  mark();
}

// Sliders of whatever the view says, and none where it says "".
function follow(dials) {
  element.querySelector(".dials").hidden = dials === "";
  if (dials !== dressed && dials !== "") dress(dials);
}

function row({ number, label, told: title }) {
  const item = document.createElement("li");
  const slider = Object.assign(document.createElement("input"), { type: "range", min: (props.low ?? -props.reach) * props.grid, max: props.reach * props.grid, step: KEY_STEP, value: 0 });
  slider.setAttribute("aria-label", `${label}, dimension ${number + 1}`);
  const reset = Object.assign(document.createElement("button"), { type: "button", textContent: "×", title: "Put it back (or double-click the slider)" });
  reset.setAttribute("aria-label", `Put dimension ${number + 1} back`);
  const name = Object.assign(document.createElement("span"), { textContent: label, title });
  const reading = document.createElement("output");
  const putBack = () => commit({ ...value(), at: without(value().at, number) });
  slider.addEventListener("input", () => {
    held ??= value();
    send({ ...value(), at: { ...value().at, [number]: Number(slider.value) } });
  });
  slider.addEventListener("change", () => {
    if (held) past.push(held);
    held = null;
    future = [];
    mark();
  });
  slider.addEventListener("dblclick", putBack);
  reset.addEventListener("click", putBack);
  item.append(name, slider, reading, reset);
  rows.set(String(number), { item, slider, reading });
  return item;
}

async function dress(of = "") {
  dressed = of;
  const { dimensions = [], message } = await server[props.call](of).catch(() => ({ message: "The sliders did not arrive: load the page again." }));
  if (dressed !== of) return;
  rows.clear();
  list.replaceChildren(...dimensions.map(row));
  if (message) list.textContent = message;
  mark();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
});
seed?.addEventListener("change", () => {
  const number = Number(seed.value);
  if (seed.value === "") commit({ ...value(), seed: null });
  else if (Number.isInteger(number) && number >= 0 && number <= Number(seed.max)) takeSeed(number);
  else mark();
});
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const elsewhere = event.defaultPrevented || event.target.matches?.("canvas, textarea, input:not([type=range], [type=radio])");
  if (!element.isConnected || elsewhere || !(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
  event.preventDefault();
  key === "y" || event.shiftKey ? actions.redo() : actions.undo();
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", mark);
show(window.stylescapeView ?? {});
if (!props.follow) dress();
