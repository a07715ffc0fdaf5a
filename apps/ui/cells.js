// The visitor's cells: {label, glyph, verdict, ink}. They are never changed in place, so that undo is a list of lists.
const GLYPH = 28;
const KNOWN = /^[0-9A-Za-z]$/;
const TOLD = { ok: "", empty: ", empty", clipped: ", cut off", suspicious: ", looks like another character", skipped: ", left out" };

const root = element.querySelector(".cells");
const list = root.querySelector("ol");
const count = root.querySelector(".count");
const pad = root.querySelector(".sketch canvas");
const name = root.querySelector(".cell-editor input");
const which = root.querySelector(".which");
const told = root.querySelector(".told");
const flat = root.querySelector(".flat");
const buttons = Object.fromEntries([...root.querySelectorAll("[data-do]")].map((b) => [b.dataset.do, b]));
const id = `cell-${Math.random().toString(36).slice(2)}`;

let cells = [];
let past = [];
let at = -1; // the chosen cell
let strokes = [];

function say(message, kind = "hint") {
  told.textContent = message;
  told.dataset.kind = kind;
}

// Cells

const hasInk = (cell) => cell.verdict !== "empty";
const isUsable = (cell) => cell.verdict === "ok" && KNOWN.test(cell.label);

function inked({ label, glyph, verdict }) {
  const alpha = Uint8Array.from(atob(glyph), (letter) => letter.charCodeAt(0));
  const ink = Object.assign(document.createElement("canvas"), { width: GLYPH, height: GLYPH });
  const context = ink.getContext("2d", { willReadFrequently: true });
  const picture = new ImageData(GLYPH, GLYPH);
  alpha.forEach((value, i) => picture.data.set([26, 26, 26, value], 4 * i));
  context.putImageData(picture, 0, 0);
  return { label, glyph, verdict, ink };
}

function commit(next, chosen = at) {
  if (next.length > props.most) return say(`Expected at most ${props.most} cells, got ${next.length}.`, "error");
  past = [...past.slice(-99), cells];
  cells = next;
  show(chosen);
}

function change(i, what) {
  commit(cells.map((cell, place) => (place === i ? inked({ ...cell, ...what }) : cell)), i);
}

function undo() {
  if (past.length === 0) return;
  cells = past.pop();
  show(Math.min(at, cells.length - 1));
}

// The grid

function mark(item, i) {
  const { label, verdict, ink } = cells[i];
  item.id = `${id}-${i}`;
  item.dataset.verdict = KNOWN.test(label) ? verdict : "skipped";
  item.setAttribute("aria-label", `${label}${TOLD[verdict]}`);
  item.setAttribute("aria-selected", i === at);
  item.title = `${label}${TOLD[verdict]}`;
  item.replaceChildren(copy(ink, label), Object.assign(document.createElement("small"), { textContent: label }));
}

function copy(ink, label) {
  const picture = Object.assign(document.createElement("canvas"), { width: GLYPH, height: GLYPH, className: "ink", ariaLabel: label });
  picture.getContext("2d").drawImage(ink, 0, 0);
  return picture;
}

function show(chosen) {
  at = chosen;
  while (list.children.length > cells.length) list.lastChild.remove();
  while (list.children.length < cells.length) list.append(Object.assign(document.createElement("li"), { role: "option" }));
  [...list.children].forEach(mark);
  root.dataset.empty = cells.length === 0;
  const usable = cells.filter(isUsable);
  const doubtful = cells.filter(({ verdict }) => verdict === "suspicious" || verdict === "clipped").length;
  count.textContent = cells.length === 0 ? "No characters yet" : `${usable.length} of ${cells.length} can be learned from${doubtful ? `, ${doubtful} to look at` : ""}`;
  edit();
  const detail = usable.map(({ label, glyph, ink }) => ({ label, glyph, ink }));
  document.dispatchEvent(new CustomEvent("stylescape:cells", { detail }));
}

function choose(i) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  at = i < cells.length ? i : -1;
  strokes = [];
  const item = list.children[at];
  item?.setAttribute("aria-selected", "true");
  item?.scrollIntoView({ block: "nearest" });
  edit();
}

// The chosen cell, or a new one

function edit() {
  const cell = cells[at];
  if (cell) list.setAttribute("aria-activedescendant", `${id}-${at}`);
  else list.removeAttribute("aria-activedescendant");
  which.textContent = cell ? `Cell ${at + 1}${TOLD[cell.verdict]}` : "A new character";
  if (cell) name.value = cell.label;
  buttons.put.textContent = cell ? "Replace" : "Add";
  buttons.skip.textContent = !cell || cell.verdict === "ok" ? "Leave out" : "Use it";
  buttons.skip.disabled = !cell || !hasInk(cell);
  buttons.new.disabled = !cell;
  buttons.undo.disabled = past.length === 0;
  paint();
}

function paint() {
  const context = cleared(pad);
  const drawn = stroke ? [...strokes, stroke] : strokes;
  if (drawn.length === 0 && cells[at]) context.drawImage(cells[at].ink, 16, 16, SIDE - 32, SIDE - 32);
  for (const each of drawn) paintStroke(context, each);
  root.querySelector(".sketch p").hidden = drawn.length > 0 || (at >= 0 && hasInk(cells[at]));
  buttons.put.disabled = buttons.wipe.disabled = strokes.length === 0;
}

function skip(i) {
  const cell = cells[i];
  if (!cell || !hasInk(cell)) return;
  if (cell.verdict === "ok") change(i, { verdict: "skipped" });
  else if (KNOWN.test(cell.label)) change(i, { verdict: "ok" });
  else say(`Expected a digit or a letter from A to Z, got ${cell.label}: type another character.`, "error");
}

function rename(i, label) {
  if (!KNOWN.test(label)) return say(`Expected a digit or a letter from A to Z, got “${label}”.`, "error");
  say("");
  const { label: before, verdict } = cells[i];
  if (label !== before || verdict !== "ok") change(i, { label, verdict: hasInk(cells[i]) ? "ok" : "empty" });
}

async function put() {
  const label = name.value;
  if (!KNOWN.test(label)) return say(label ? `Expected a digit or a letter from A to Z, got “${label}”.` : "Say which character it is.", "error");
  const [drawing, where] = [strokes, at];
  const { glyph, message } = await server[props.call](drawing).catch(() => ({ message: "The server did not answer: try again." }));
  if (message) return say(message, "error");
  say("");
  strokes = [];
  if (where >= 0) return change(where, { label, glyph, verdict: "ok" });
  commit([...cells, inked({ label, glyph, verdict: "ok" })], -1);
  name.value = "";
  name.focus({ preventScroll: true });
}

const actions = {
  undo,
  put,
  skip: () => skip(at),
  new: () => {
    choose(-1);
    name.value = "";
  },
  wipe: () => {
    strokes = [];
    paint();
  },
};

drawOn(pad, {
  width: () => 16,
  begun: paint,
  grown: paint,
  done(drawn) {
    strokes = [...strokes, drawn];
    paint();
  },
});

// Mouse and keys

list.addEventListener("click", ({ target }) => {
  const item = target.closest("li");
  if (item) choose([...list.children].indexOf(item));
});
list.addEventListener("focus", () => at < 0 && cells.length > 0 && list.matches(":focus-visible") && choose(0));
const across = () => getComputedStyle(list).gridTemplateColumns.split(" ").length;
list.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across(), ArrowUp: -across() }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? cells.length - 1 : at + step;
  let action = null;
  if (command && event.key.toLowerCase() === "z") action = undo;
  else if (command || event.altKey) return;
  else if (to >= 0 && to < cells.length) action = () => choose(to);
  else if (event.key === "Escape") action = actions.new;
  else if ((event.key === "Delete" || event.key === "Backspace") && at >= 0) action = () => skip(at);
  else if (KNOWN.test(event.key) && at >= 0) action = () => rename(at, event.key);
  if (!action) return;
  event.preventDefault();
  action();
});
name.addEventListener("focus", () => name.select());
name.addEventListener("input", () => at >= 0 && strokes.length === 0 && name.value && rename(at, name.value));
name.addEventListener("keydown", (event) => event.key === "Enter" && strokes.length && put());
root.addEventListener("click", ({ target }) => actions[target.closest("button")?.dataset.do]?.());

// What comes in

function leaf(address, i) {
  const picture = Object.assign(new Image(), { src: address, alt: `Page ${i + 1}, flattened, its cells framed by verdict` });
  return picture;
}
document.addEventListener("stylescape:found", ({ detail }) => {
  const found = detail.cells.map(inked);
  if (detail.instead) flat.lastElementChild.replaceChildren();
  flat.lastElementChild.append(...(detail.pages ?? []).map(leaf));
  flat.hidden = flat.lastElementChild.childElementCount === 0;
  say("");
  commit(detail.instead ? found : [...cells, ...found], -1);
});
document.addEventListener("stylescape:forget", () => {
  [cells, past, strokes] = [[], [], []];
  flat.lastElementChild.replaceChildren();
  flat.hidden = true;
  name.value = "";
  say("");
  show(-1);
});
new ResizeObserver(paint).observe(pad);
show(-1);
