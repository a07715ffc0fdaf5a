// The map tab. Its heavy parts come from the server when it first appears; what is decoded is kept for the next look.
const [askAtlas, askGrid, askGlyph, askPlace, askSpot] = props.calls.map((name) => server[name]);
const NEAR = 14; // pixels within which a dot is pointed at
const MARGIN = 18;

const canvas = element.querySelector("canvas");
const context = canvas.getContext("2d");
const lens = element.querySelector(".map-scatter .lens");
const legend = [...element.querySelectorAll(".legend button")];
const names = legend.map((button) => button.textContent);
const grid = element.querySelector(".map-grid img");
const spaces = [...element.querySelectorAll(".spaces input")];
const you = element.querySelector(".map-grid .you");
const decoded = new Map();
let xy = new Uint16Array();
let labels = new Uint8Array();
let only = null; // the class that is shown alone
let pointed = -1;
let own = null; // where the visitor's character lies
let placed = null; // the query that was placed last

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function colour(label, alpha = 1) {
  const dark = document.body.classList.contains("dark");
  const [hue, light] =
    label < 10 ? [label * 36 + 12, dark ? 72 : 36] : label < 36 ? [((label - 10) * 360) / 26, dark ? 64 : 46] : [((label - 36) * 360) / 26 + 7, dark ? 54 : 58];
  return `hsl(${hue} 52% ${light}% / ${alpha})`;
}

const side = () => canvas.getBoundingClientRect().width;
const onScreen = (i) => [0, 1].map((axis) => MARGIN + (xy[2 * i + axis] / 65535) * (side() - 2 * MARGIN));

function paint() {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.max(1, Math.round(side() * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (let i = 0; i < labels.length; i++) {
    const shown = only === null || labels[i] === only;
    dot(onScreen(i), shown ? (only === null ? 1.7 : 2.6) : 1.2, colour(labels[i], shown ? 0.75 : 0.1));
  }
  paintNames();
  if (pointed >= 0) ring(onScreen(pointed), 5);
  if (own) marker(own.map((at) => MARGIN + at * (side() - 2 * MARGIN)));
}

function dot([x, y], radius, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
}

function ring([x, y], radius) {
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.stroke();
}

function marker(at) {
  const accent = getComputedStyle(you).borderTopColor;
  context.strokeStyle = accent;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(...at, 9, 0, 7);
  context.stroke();
  label("you", [at[0], at[1] - 17], accent, 700);
}

function label(text, [x, y], fill, weight) {
  context.font = `${weight} 13px Georgia, "Liberation Serif", serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = getComputedStyle(canvas).backgroundColor;
  context.strokeText(text, x, y);
  context.fillStyle = fill;
  context.fillText(text, x, y);
}

// Each name stands at the member of its class that has the most of it around: the median of both coordinates.
function paintNames() {
  names.forEach((name, k) => {
    if (only !== null && only !== k) return;
    const members = [...labels.keys()].filter((i) => labels[i] === k);
    if (members.length === 0) return;
    const middle = [0, 1].map((axis) => members.map((i) => xy[2 * i + axis]).sort((a, b) => a - b)[members.length >> 1]);
    const at = middle.map((value) => MARGIN + (value / 65535) * (side() - 2 * MARGIN));
    label(name, at, getComputedStyle(canvas).color, 400);
  });
}

function nearest(x, y) {
  const scale = (side() - 2 * MARGIN) / 65535;
  let best = -1;
  let distance = NEAR;
  for (let i = 0; i < labels.length; i++) {
    if (only !== null && labels[i] !== only) continue;
    const d = Math.hypot(MARGIN + xy[2 * i] * scale - x, MARGIN + xy[2 * i + 1] * scale - y);
    if (d < distance) [best, distance] = [i, d];
  }
  return best;
}

async function point(i) {
  if (i === pointed) return;
  pointed = i;
  paint();
  if (i < 0) {
    lens.hidden = true;
    return;
  }
  if (!decoded.has(i)) decoded.set(i, (await askGlyph(i)).address);
  if (pointed !== i || !decoded.get(i)) return;
  magnify(lens, onScreen(i), side(), decoded.get(i), names[labels[i]]);
}

function magnify(glass, [x, y], width, address, told) {
  glass.style.left = `${Math.min(Math.max(x, 50), width - 50)}px`;
  glass.style.top = `${y < 120 ? y + 14 : y - 112}px`;
  glass.querySelector("img").src = address;
  glass.querySelector("figcaption").textContent = told;
  glass.hidden = false;
}

canvas.addEventListener("pointermove", (event) => point(nearest(event.offsetX, event.offsetY)));
canvas.addEventListener("pointerdown", (event) => point(nearest(event.offsetX, event.offsetY)));
canvas.addEventListener("pointerleave", () => point(-1));

element.querySelector(".legend").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const chosen = Number(button.dataset.class);
  only = only === chosen ? null : chosen;
  for (const each of legend) each.setAttribute("aria-pressed", Number(each.dataset.class) === only);
  paint();
});

// Where the visitor's character lies

async function show({ query = "" }) {
  if (query === placed || !element.isConnected || canvas.offsetParent === null) return;
  placed = query;
  const found = query ? await askPlace(query).catch(() => ({})) : {};
  if (placed !== query) return;
  own = found.xy ?? null;
  you.hidden = !found.grid;
  if (found.grid) you.style.cssText = `left:${100 * found.grid[0]}%;top:${100 * found.grid[1]}%`;
  const rows = element.querySelector(".rows");
  if (rows) {
    element.querySelector(".rows-hint").hidden = Boolean(found.rows);
    rows.replaceChildren(...(found.rows ?? []).map(block));
  }
  paint();
}

function block(address, number) {
  const figure = document.createElement("figure");
  const first = number * props.rows + 1;
  const image = Object.assign(new Image(), { src: address, className: "ink", alt: `Dimensions ${first} to ${first + props.rows - 1}, each from −3 to 3` });
  const list = document.createElement("ol");
  for (let i = 0; i < props.rows; i++) list.append(Object.assign(document.createElement("li"), { textContent: first + i }));
  figure.append(list, image);
  return figure;
}

async function ask(question, section, receive, about = "") {
  const wait = element.querySelector(`${section} .wait`);
  const answer = await question(about).catch(() => ({ message: "The server did not answer: open the tab again." }));
  wait.textContent = answer.message ?? "";
  if (!answer.message) receive(answer);
}

ask(askAtlas, ".map-scatter", (atlas) => {
  xy = new Uint16Array(bytes(atlas.xy).buffer);
  labels = bytes(atlas.labels);
  paint();
  show(window.stylescapeView ?? {});
});

// The grid of the chosen space, and what lies under the pointer: one question at a time, the last place wins

const chosen = () => String(props.value ?? "");
let drawn = null; // the choice whose grid is there or asked for

function drawGrid() {
  const about = chosen();
  if (drawn === about) return;
  drawn = about;
  for (const space of spaces) space.checked = space.value === about;
  const receive = ({ address }) => {
    if (about !== chosen()) return;
    grid.src = address;
    grid.hidden = false;
  };
  ask(askGrid, ".map-grid", receive, about);
}

element.addEventListener("change", (event) => {
  if (!spaces.includes(event.target)) return;
  props.value = event.target.value;
  trigger("input");
  drawGrid();
});
watch("value", drawGrid);
drawGrid();

const glass = element.querySelector(".map-grid .lens");
const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let spot = null; // the place on the grid that is looked at, in [0, 1]
let looking = false;

async function look() {
  if (looking) return;
  looking = true;
  for (let seen = null; spot && spot !== seen; ) {
    seen = spot;
    const about = chosen();
    const { address, told } = await askSpot(about, ...seen).catch(() => ({}));
    if (!address || !spot || about !== chosen()) continue;
    const width = grid.getBoundingClientRect().width;
    magnify(glass, seen.map((at) => at * width), width, address, told);
  }
  looking = false;
}

function lookAt(x, y) {
  spot = [x, y].map((at) => Math.min(Math.max(at, 0), 1));
  look();
}

function pointAt(event) {
  const box = grid.getBoundingClientRect();
  lookAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

function lookAway() {
  spot = null;
  glass.hidden = true;
}

if (askSpot) {
  grid.addEventListener("pointermove", pointAt);
  grid.addEventListener("pointerdown", pointAt);
  grid.addEventListener("pointerleave", lookAway);
  grid.addEventListener("blur", lookAway);
  grid.addEventListener("keydown", (event) => {
    const step = KEY_STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = spot ?? [0.5, 0.5];
    lookAt(x + step[0] / 34, y + step[1] / 34);
  });
}

document.addEventListener("stylescape:view", (event) => show(event.detail));
new ResizeObserver(() => {
  paint();
  show(window.stylescapeView ?? {});
}).observe(canvas);
new MutationObserver(paint).observe(document.body, { attributeFilter: ["class"] });
