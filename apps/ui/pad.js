// The drawing pad. One drawing is `now`: {strokes} or {glyph, picture}; `past` and `future` hold others for undo and redo.
const LIVE_MS = 120; // pause between two looks at an unfinished stroke

const canvas = element.querySelector("canvas");
const hint = element.querySelector(".pad-hint");
const width = element.querySelector("input[type=range]");
const file = element.querySelector("input[type=file]");
const buttons = Object.fromEntries([...element.querySelectorAll("[data-do]")].map((b) => [b.dataset.do, b]));

let past = [];
let future = [];
let now = { strokes: [] };
let lastLook = 0;
let turn = { key: "", count: -1 };

const say = (message) =>
  document.dispatchEvent(new CustomEvent("stylescape:message", { detail: { message, kind: "error" } }));
const isEmpty = (drawing) => !drawing.glyph && drawing.strokes.length === 0;
const asValue = (drawing) => (drawing.glyph ? { glyph: drawing.glyph } : { strokes: drawing.strokes });

function send(value, event = "input") {
  props.value = value;
  trigger(event);
}

function commit(next) {
  past.push(now);
  future = [];
  now = next;
  paint();
  send(asValue(now));
}

function step(from, to) {
  if (from.length === 0) return;
  to.push(now);
  now = from.pop();
  paint();
  send(asValue(now));
}

const actions = {
  undo: () => step(past, future),
  redo: () => step(future, past),
  clear: () => isEmpty(now) || commit({ strokes: [] }),
  photo: () => file.click(),
};

// Painting

function paint() {
  const context = cleared(canvas);
  if (now.image) context.drawImage(now.image, 0, 0, SIDE, SIDE);
  for (const each of now.strokes || []) paintStroke(context, each);
  if (stroke) paintStroke(context, stroke);
  hint.hidden = !isEmpty(now) || stroke !== null;
  buttons.undo.disabled = past.length === 0;
  buttons.redo.disabled = future.length === 0;
  buttons.clear.disabled = isEmpty(now);
}

// Drawing

const withStroke = (drawn) => ({ strokes: [...(now.strokes || []), drawn] });

function look() {
  if (performance.now() - lastLook < LIVE_MS || stroke.p.length < 8) return;
  lastLook = performance.now();
  send(withStroke(stroke));
}

drawOn(canvas, {
  width: () => Number(width.value),
  begun() {
    lastLook = performance.now();
    paint();
  },
  grown() {
    paint();
    look();
  },
  done: (drawn) => commit(withStroke(drawn)),
});

// Keyboard

canvas.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  let action = null;
  if (command && key === "z") action = event.shiftKey ? actions.redo : actions.undo;
  else if (command && key === "y") action = actions.redo;
  else if (event.key === "Delete" || event.key === "Backspace") action = actions.clear;
  else if (!command && !event.altKey && /^[0-9A-Za-z]$/.test(event.key)) action = () => example(event.key);
  if (!action) return;
  event.preventDefault();
  action();
});

function example(key) {
  turn = { key, count: key === turn.key ? turn.count + 1 : 0 };
  send({ ...asValue(now), key, turn: turn.count }, "upload");
}

document.addEventListener("stylescape:example", ({ detail }) => {
  if (element.isConnected) send({ ...asValue(now), ...detail }, "upload");
});

// Something else takes the drawing's place: the pad is cleared, and whoever asked for it tells the server.
document.addEventListener("stylescape:clear", () => {
  if (!element.isConnected || isEmpty(now)) return;
  past.push(now);
  future = [];
  now = { strokes: [] };
  paint();
  props.value = asValue(now);
});

// Photos: chosen, dropped or pasted

async function take(photo) {
  if (!photo) return;
  if (photo.size > props.max_bytes) {
    say(`Expected a file of at most ${props.max_bytes / 1e6} MB, got ${(photo.size / 1e6).toFixed(1)} MB.`);
    return;
  }
  const unique = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  try {
    const { path } = await upload(new File([photo], unique, { type: photo.type }));
    send({ ...asValue(now), photo: path }, "upload");
  } catch {
    say("The file did not reach the server: try again, or another file.");
  }
}

file.addEventListener("change", () => {
  take(file.files[0]);
  file.value = "";
});
element.addEventListener("dragover", (event) => {
  event.preventDefault();
  element.classList.add("dropping");
});
element.addEventListener("dragleave", () => element.classList.remove("dropping"));
element.addEventListener("drop", (event) => {
  event.preventDefault();
  element.classList.remove("dropping");
  take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  const picture = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (picture && element.isConnected) take(picture);
});

// What the server sends: a glyph it made, or the drawing of a link

function receive() {
  const { glyph, picture, strokes } = props.value || {};
  const next = glyph ? { glyph } : { strokes: strokes || [] };
  past.push(now);
  future = [];
  now = next;
  if (!picture) return paint();
  const image = new Image();
  image.onload = () => {
    next.image = image;
    paint();
  };
  image.src = picture;
}
watch("value", receive);

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
});
new ResizeObserver(paint).observe(canvas);
paint();
