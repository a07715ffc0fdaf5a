// @ts-check
// A line of text out of single glyphs. All are cropped to one size; how tall each letter stands on its line, and how
// deep, is type's. Lengths are in units of a capital's height.

/** @typedef {[left: number, top: number, width: number, height: number]} Box where the ink of a picture lies */
/** @typedef {{ box: Box, picture?: CanvasImageSource }} Glyph */
/** @typedef {{ glyph: Glyph, tall: number, wide: number, deep: number }} Letter */
/** @typedef {Letter & { x: number }} Placed */

const SMALL = "acemnorsuvwxz";
const DEEP = "gpqy";
const GAP = 0.13;
const SPACE = 0.45;
const WIDEST = 1.25;
const FAINT = 70; // of 255; what is fainter does not count for a letter's size
/** @type {Glyph} */
const BLANK = { box: [0, 0, 0.45, 1] };

/**
 * How tall a letter stands, and how deep it goes.
 * @param {string} letter
 * @returns {[tall: number, deep: number]}
 */
export function stature(letter) {
  if (SMALL.includes(letter)) return [0.64, 0];
  if (DEEP.includes(letter)) return [0.92, 0.3];
  if (letter === "j") return [1.18, 0.3];
  if (letter === "t" || letter === "i") return [0.9, 0];
  return [1, 0];
}

/**
 * A glyph in the size of its letter.
 * @param {string} letter
 * @param {Glyph} glyph
 * @returns {Letter}
 */
export function sized(letter, glyph) {
  const [tall, deep] = stature(letter);
  const [, , width, height] = glyph.box;
  const wide = Math.min((width * tall) / height, WIDEST);
  return { glyph, tall: Math.min(tall, (wide / width) * height), wide, deep };
}

/**
 * Words in rows that are at most `room` wide; a word that is wider than a row is broken.
 * @param {Letter[][]} words
 * @param {number} room
 */
export function rowsOf(words, room) {
  /** @type {Placed[][]} */
  const rows = [[]];
  let x = 0;
  const breakRow = () => {
    rows.push([]);
    x = 0;
  };
  for (const word of words) {
    const wide = word.reduce((sum, each) => sum + each.wide + GAP, 0);
    if (x > 0 && x + wide > room) breakRow();
    for (const each of word) {
      if (x > 0 && x + each.wide > room) breakRow();
      rows[rows.length - 1].push({ ...each, x });
      x += each.wide + GAP;
    }
    x += SPACE;
  }
  return rows;
}

/**
 * A text in rows.
 * @param {string} text
 * @param {(letter: string) => Glyph | undefined} glyphOf
 * @param {number} room
 */
export function setText(text, glyphOf, room) {
  const words = text.split(" ").map((word) => [...word].map((letter) => sized(letter, glyphOf(letter) ?? BLANK)));
  return rowsOf(words, room);
}

/**
 * Where the ink of a square of pixels lies, with half a pixel around it; all of it if there is none.
 * @param {Uint8ClampedArray} data four bytes a pixel, the last one its ink
 * @param {number} side
 * @returns {Box}
 */
export function inkBox(data, side) {
  let [x0, y0, x1, y1] = [side, side, -1, -1];
  for (let i = 0; i < side * side; i++) {
    if (data[4 * i + 3] < FAINT) continue;
    const [x, y] = [i % side, Math.floor(i / side)];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  return x1 < 0 ? [0, 0, side, side] : [x0 - 0.5, y0 - 0.5, x1 - x0 + 2, y1 - y0 + 2];
}
