// The rows are asked for after the view they belong to, and not more often than the eye needs while a slider moves.
const ROWS_MS = 200;
const button = element.querySelector("button");
const told = element.querySelector("span");
const list = element.querySelector("ol");
let view = {};
let shown = ""; // what the rows were asked for: pins and strength
let last = -Infinity;
let timer = 0;

const pins = () => props.value ?? [];
const rowsOf = ({ pins: held, strength }) => JSON.stringify([held, strength]);

function send(next) {
  props.value = next;
  trigger("input");
  mark();
}

function mark() {
  const full = pins().length >= props.most;
  button.disabled = !view.pin || full || pins().includes(view.pin);
  told.textContent = full ? `${props.most} at most: remove one to pin another` : pins().length ? "" : "keeps this row while you try another garment";
}

function show(next) {
  view = next;
  mark();
  if (rowsOf(view) === shown) return;
  clearTimeout(timer);
  timer = setTimeout(ask, Math.max(0, last + ROWS_MS - performance.now()));
}

async function ask() {
  const wanted = rowsOf(view);
  last = performance.now();
  shown = wanted;
  if (!view.pins?.length) return list.replaceChildren();
  const { rows } = await server[props.call](view.query).catch(() => ({}));
  if (shown !== wanted) return;
  if (rows) list.replaceChildren(...rows.map(row));
  else shown = "";
}

function row({ pin, title, garment, digits, agreement, told: doubts }) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { textContent: title });
  const number = Object.assign(document.createElement("b"), { textContent: agreement, title: "mean agreement of the silhouettes" });
  const doubtful = doubts.map((text, digit) => text && `${digit} ${text}`).filter(Boolean).join(", ");
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×", title: "Remove" });
  remove.setAttribute("aria-label", `Remove ${title}`);
  remove.addEventListener("click", () => send(pins().filter((each) => each !== pin)));
  const sheet = Object.assign(document.createElement("div"), { className: "row-digits" });
  const dots = doubts.map((text) => Object.assign(document.createElement("i"), { title: text, hidden: !text }));
  sheet.append(image(digits, `Ten digits of ${title}, agreement ${agreement}${doubtful && `; ${doubtful}`}`), ...dots);
  item.append(image(garment, title), sheet, name, number, remove);
  return item;
}

const image = (src, alt) => Object.assign(new Image(), { src, alt, className: "ink" });

button.addEventListener("click", () => send([...pins(), view.pin]));
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", mark);
show(window.stylescapeView ?? {});
