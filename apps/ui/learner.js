// The hand is here and nowhere else: `hand`, its file in base64, and `sheet`, every character at every λ as one picture.
const TALLEST = 1.0; // of letters, in their own unit
const SMALL = "acemnorsuvwxz";
const DEEP = "gpqy";
const GAP = 0.13;
const SPACE = 0.45;
const LEADING = 1.55;
const STEEP = 1.9; // of edges
const UNITS = [72, 62, 54, 46, 40, 34]; // heights of a capital in pixels: the largest that keeps to two lines
const FAINT = 70; // of 255; what is fainter does not count for a letter's size
const KNOWN = /^[0-9A-Za-z ]*$/;

const root = element.querySelector(".learner");
const find = (selector) => root.querySelector(selector);
const [trouble, text] = [find(".trouble"), find("input[type=text]")];
const [lam, lamTold, other, file] = [find("input[type=range]"), find("output"), find("select"), find("input[type=file]")];
const buttons = Object.fromEntries([...root.querySelectorAll("[data-do]")].map((b) => [b.dataset.do, b]));
const lines = { own: find(".own canvas"), general: find(".general canvas"), original: find(".original canvas") };

let cells = []; // {label, glyph, ink} to learn from
let hand = "";
let pending = ""; // a hand that is being opened
let sheet = null; // {image, pixels, letters, side, rows, boxes}
let written = text.value; // the last text that can be written

function work(what) {
  busy = what;
  wait();
  buttons.stop.hidden = bar.hidden = what !== "learn";
  if (what) bar.value = 0;
  mark();
}

function mark() {
  buttons.learn.title = cells.length < 3 ? "At least three characters" : "";
  buttons.learn.disabled = Boolean(busy) || cells.length < 3;
  buttons.load.disabled = Boolean(busy);
  buttons.picture.disabled = buttons.file.disabled = lam.disabled = !sheet;
  other.disabled = !sheet || Boolean(busy);
  buttons.forget.disabled = !sheet && cells.length === 0 && !busy;
  root.dataset.empty = !sheet;
}

// Asking the server

const actions = {
  learn() {
    work("learn");
    say(`Learning from ${cells.length} characters…`);
    ask("submit", { cells: cells.map(({ label, glyph }) => [label, glyph]), other: other.value });
  },
  stop() {
    halt();
    say("Cancelled: nothing was learned.");
  },
  load: () => file.click(),
  picture: savePicture,
  file: saveHand,
  forget() {
    halt();
    [hand, pending, sheet, cells] = ["", "", null, []];
    text.value = written = "Hello 62";
    lam.value = 0;
    other.value = "";
    lamTold.textContent = "0";
    trouble.textContent = "";
    document.dispatchEvent(new CustomEvent("stylescape:forget"));
    write();
    mark();
    say("Deleted: cells, hand and text are gone, and the server kept none of them.");
  },
};

function open(data, message) {
  pending = data;
  work("open");
  say(message);
  ask("select", { hand: data, other: other.value });
}

async function receive() {
  const { hand: learned, sheet: next } = answer() ?? {};
  if (!next) return;
  hand = learned ?? pending;
  await dress(next);
}

// The letters

const toRead = (canvas) => canvas.getContext("2d", { willReadFrequently: true });

async function dress({ address, letters, side }) {
  const image = Object.assign(new Image(), { src: address });
  await image.decode();
  const flat = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  toRead(flat).drawImage(image, 0, 0);
  sheet = { flat, letters, side, rows: image.height / side - 1, boxes: {} };
  write();
  mark();
}

// Where the ink of a square lies: [left, top, width, height].
function inkIn(canvas, left, top, side) {
  const { data } = toRead(canvas).getImageData(left, top, side, side);
  let [x0, y0, x1, y1] = [side, side, -1, -1];
  for (let i = 0; i < side * side; i++) {
    if (data[4 * i + 3] < FAINT) continue;
    const [x, y] = [i % side, Math.floor(i / side)];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  return x1 < 0 ? [left, top, side, side] : [left + x0 - 0.5, top + y0 - 0.5, x1 - x0 + 2, y1 - y0 + 2];
}

function letterAt(row, letter) {
  const column = sheet.letters.indexOf(letter);
  sheet.boxes[`${row}${letter}`] ??= inkIn(sheet.flat, column * sheet.side, row * sheet.side, sheet.side);
  return { picture: sheet.flat, box: sheet.boxes[`${row}${letter}`] };
}

function originals() {
  const kept = {};
  for (const cell of cells) kept[cell.label] ??= { picture: cell.ink, box: (cell.box ??= inkIn(cell.ink, 0, 0, cell.ink.width)) };
  return kept;
}

// All glyphs are cropped to one size; how tall each letter stands on its line, and how deep, is type's.
function stature(letter) {
  if (SMALL.includes(letter)) return [0.64, 0];
  if (DEEP.includes(letter)) return [0.92, 0.3];
  if (letter === "j") return [1.18, 0.3];
  if (letter === "t" || letter === "i") return [0.9, 0];
  return [TALLEST, 0];
}

function place(letter, glyph) {
  const [tall, deep] = stature(letter);
  const scale = tall / glyph.box[3];
  const wide = Math.min(glyph.box[2] * scale, 1.25);
  return { glyph, tall: Math.min(tall, (wide / glyph.box[2]) * glyph.box[3]), wide, deep };
}

// Words in rows that are at most `room` wide, in units of a letter's height.
function rowsOf(words, room) {
  const rows = [[]];
  let x = 0;
  for (const word of words) {
    const wide = word.reduce((sum, each) => sum + each.wide + GAP, 0);
    if (x > 0 && x + wide > room) {
      rows.push([]);
      x = 0;
    }
    for (const each of word) {
      if (x > 0 && x + each.wide > room) {
        rows.push([]);
        x = 0;
      }
      rows.at(-1).push({ ...each, x });
      x += each.wide + GAP;
    }
    x += SPACE;
  }
  return rows;
}

function setIn(glyphOf, room) {
  const words = written.split(" ").map((word) => [...word].map((letter) => place(letter, glyphOf(letter) ?? { box: [0, 0, 0.45, 1] })));
  return rowsOf(words, room);
}

function paint(canvas, glyphOf, unit, room, ratio, paper) {
  const rows = setIn(glyphOf, room / unit);
  const wide = paper ? Math.max(1, ...rows.flat().map((each) => each.x + each.wide)) * unit + unit : room;
  canvas.width = Math.ceil(wide * ratio);
  canvas.height = Math.ceil((rows.length * LEADING + 0.25) * unit * ratio);
  const context = toRead(canvas);
  context.imageSmoothingQuality = "high";
  context.scale(ratio * unit, ratio * unit);
  if (paper) context.translate(0.5, 0);
  rows.forEach((row, i) => {
    const base = 1.25 + i * LEADING;
    for (const { glyph, x, wide: across, tall, deep } of row)
      if (glyph.picture) context.drawImage(glyph.picture, ...glyph.box, x, base + deep - tall, across, tall);
  });
  steepen(context, canvas);
  if (paper) layUnder(context, canvas);
}

// Letters of 28 pixels are enlarged: their soft edges are drawn as steep as a pen's.
function steepen(context, { width, height }) {
  const picture = context.getImageData(0, 0, width, height);
  for (let i = 3; i < picture.data.length; i += 4) picture.data[i] = (picture.data[i] - 127) * STEEP + 127;
  context.putImageData(picture, 0, 0);
}

function layUnder(context, { width, height }) {
  context.resetTransform();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
}

const rowAt = () => Math.round(Number(lam.value) * (sheet.rows - 1));
const ownLetter = (letter) => letterAt(rowAt(), letter);

function unitFor(room) {
  const units = room < 400 ? UNITS.slice(2) : UNITS;
  return units.find((unit) => setIn(ownLetter, room / unit).length <= 2) ?? units.at(-1);
}

function line(name, glyphOf, unit, label) {
  const canvas = lines[name];
  const figure = canvas.closest("figure");
  if (name !== "own") figure.hidden = !glyphOf;
  if (!glyphOf) return;
  const room = canvas.parentElement.clientWidth - 24;
  if (room > 0) paint(canvas, glyphOf, unit, room, window.devicePixelRatio || 1);
  canvas.setAttribute("aria-label", label);
}

function write() {
  if (!sheet) {
    for (const canvas of Object.values(lines)) canvas.width = canvas.height = 1;
    find(".general").hidden = find(".original").hidden = true;
    lines.own.setAttribute("aria-label", "Nothing yet");
    return;
  }
  const kept = originals();
  const share = Number(lam.value) ? `, λ ${lam.value} towards ${other.selectedOptions[0].textContent}` : "";
  line("own", ownLetter, unitFor(lines.own.parentElement.clientWidth - 24), `${written} in your hand${share}`);
  line("general", (letter) => letterAt(sheet.rows, letter), 34, `${written} in the general hand`);
  const wrote = [...written].some((letter) => kept[letter]);
  line("original", wrote ? (letter) => kept[letter] : null, 34, `${written} as you wrote it`);
}

// Files

function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function savePicture() {
  const canvas = document.createElement("canvas");
  paint(canvas, ownLetter, 96, 1600, 1, true);
  canvas.toBlob((blob) => download(blob, "your-hand.png"), "image/png");
}

function saveHand() {
  const bytes = Uint8Array.from(atob(hand), (letter) => letter.charCodeAt(0));
  download(new Blob([bytes], { type: "application/octet-stream" }), "your-hand.safetensors");
}

async function take(chosen) {
  if (!chosen || busy) return;
  if (chosen.size > props.max_bytes) return say(`Expected a hand file of at most ${props.max_bytes / 1e6} MB, got ${(chosen.size / 1e6).toFixed(1)} MB.`, "error");
  const reader = new FileReader();
  reader.onload = () => open(reader.result.split(",")[1] ?? "", "Opening the hand…");
  reader.onerror = () => say("The file cannot be read: try another one.", "error");
  reader.readAsDataURL(chosen);
}

// What the visitor does

text.addEventListener("input", () => {
  const strange = [...text.value].find((letter) => !KNOWN.test(letter));
  trouble.textContent = strange ? `Expected digits, letters from A to Z and spaces, got “${strange}”.` : "";
  if (strange || !text.value.trim()) return;
  written = text.value;
  write();
});
lam.addEventListener("input", () => {
  lamTold.textContent = lam.value;
  write();
});
other.addEventListener("change", () => open(hand, "Blending…"));
file.addEventListener("change", () => {
  take(file.files[0]);
  file.value = "";
});
root.addEventListener("click", ({ target }) => actions[target.closest("button")?.dataset.do]?.());
document.addEventListener("stylescape:cells", ({ detail }) => {
  cells = detail;
  mark();
  write();
});
watch("value", receive);
new ResizeObserver(write).observe(root);
server[props.writers]("").then(
  ({ count = 0 }) => other.append(...Array.from({ length: count }, (_, i) => new Option(`writer ${i + 1}`, i))),
  () => {},
);
mark();
