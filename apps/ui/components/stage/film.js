// @ts-check
// A film of `steps` pictures in one strip: it runs there and back.

/**
 * The picture of a frame that counts on: 0, 1, … last, … 1, and again.
 * @param {number} frame
 * @param {number} last picture
 */
export function pictureAt(frame, last) {
  const at = frame % (2 * last);
  return at <= last ? at : 2 * last - at;
}

/**
 * Where a background of `count` equal parts is placed so that one part shows, in per cent.
 * @param {number} at
 * @param {number} count
 */
export function positionOf(at, count) {
  return count > 1 ? (100 * at) / (count - 1) : 0;
}

/**
 * The background's position for one glyph of one picture of a strip.
 * @param {{ steps: number, across: number, down: number }} strip pictures in it, and glyphs in each
 * @param {number} picture
 * @param {number} glyph counted row by row
 */
export function backgroundPosition({ steps, across, down }, picture, glyph) {
  const column = picture * across + (glyph % across);
  const row = Math.floor(glyph / across);
  return `${positionOf(column, steps * across)}% ${positionOf(row, down)}%`;
}
