// Native radio buttons, so that arrow keys move and choose. What is picked last counts; the view says what is shown.
const PENDING_MS = 2000;
const root = element.querySelector(".wardrobe");
const radios = [...root.querySelectorAll("input[type=radio]")];
const [variation, number] = ["variation", "number"].map((name) => root.querySelector(`input[name=${name}]`));
const sheets = {}; // addresses of pictures by variation
let worn = props.value?.kind ?? radios[0].value; // the kind chosen last
let dressed = null; // the variation whose pictures are shown
let pending = { text: "", until: 0 }; // what was just picked: views from before it are not to take the mark away

function pick(value) {
  pending = { text: JSON.stringify(value), until: performance.now() + PENDING_MS };
  document.dispatchEvent(new CustomEvent("stylescape:clear"));
  props.value = value;
  trigger("input");
  dress(value.variation ?? dressed ?? 0);
}

const chosen = () => ({ kind: worn, variation: Number(variation.value) });

function isWhole(field) {
  const value = Number(field.value);
  return field.value !== "" && Number.isInteger(value) && value >= 0 && value <= Number(field.max);
}

function mark(picked = {}) {
  if (picked.kind) worn = picked.kind;
  for (const radio of radios) radio.checked = radio.value === picked.kind;
  if (picked.variation !== undefined && document.activeElement !== variation) variation.value = picked.variation;
  if (number && document.activeElement !== number) number.value = picked.number ?? "";
  dress(picked.variation ?? dressed ?? 0);
}

async function dress(turn) {
  if (turn === dressed) return;
  dressed = turn;
  sheets[turn] ??= server[props.call](turn);
  const { address } = await sheets[turn].catch(() => ({}));
  if (!address) delete sheets[turn];
  else if (dressed === turn) root.style.setProperty("--sheet-picture", `url(${address})`);
}

const roll = (field) => {
  field.value = Math.floor(Math.random() * (Number(field.max) + 1));
};

root.addEventListener("change", ({ target }) => {
  if (target.type === "radio") {
    worn = target.value;
    pick(chosen());
  } else if (!isWhole(target)) mark((window.stylescapeView ?? {}).picked);
  else pick(target === number ? { number: Number(number.value) } : chosen());
});
root.addEventListener("click", ({ target }) => {
  const dice = target.closest("[data-dice]")?.dataset.dice;
  if (!dice) return;
  roll(dice === "number" ? number : variation);
  pick(dice === "number" ? { number: Number(number.value) } : chosen());
});
function show({ picked }) {
  if (performance.now() < pending.until && JSON.stringify(picked) !== pending.text) return;
  pending.until = 0;
  mark(picked);
}

document.addEventListener("stylescape:view", (event) => show(event.detail));
if (window.stylescapeView) show(window.stylescapeView);
