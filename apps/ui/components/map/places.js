// @ts-check
// Dots of the map: where they lie, which is the nearest, and how they are coloured.

/** @typedef {[x: number, y: number]} Place */
/** @typedef {{ xy: Uint16Array, labels: Uint8Array }} Dots places from 0 to 65535, and classes */

export const MARGIN = 18; // pixels
const LARGEST = 65535;

/**
 * Where a place from 0 to 1 lies on a map of so many pixels.
 * @param {Place} place
 * @param {number} side
 * @returns {Place}
 */
export function onMap([x, y], side) {
  return [MARGIN + x * (side - 2 * MARGIN), MARGIN + y * (side - 2 * MARGIN)];
}

/**
 * Where a dot lies, from 0 to 1.
 * @param {Dots} dots
 * @param {number} i
 * @returns {Place}
 */
export function placeOf({ xy }, i) {
  return [xy[2 * i] / LARGEST, xy[2 * i + 1] / LARGEST];
}

/**
 * The number of the dot nearest to a pixel, or −1 where none is near.
 * @param {Dots} dots
 * @param {Place} pixel
 * @param {number} side of the map in pixels
 * @param {number} near pixels
 * @param {number | null} only class that is looked at
 */
export function nearest(dots, [x, y], side, near, only) {
  let best = -1;
  let distance = near;
  for (let i = 0; i < dots.labels.length; i++) {
    if (only !== null && dots.labels[i] !== only) continue;
    const [dx, dy] = onMap(placeOf(dots, i), side);
    const d = Math.hypot(dx - x, dy - y);
    if (d < distance) [best, distance] = [i, d];
  }
  return best;
}

/**
 * The place where the name of a class stands, the median of both coordinates; null for a class without dots.
 * @param {Dots} dots
 * @param {number} label
 * @returns {Place | null}
 */
export function middleOf({ xy, labels }, label) {
  const members = [...labels.keys()].filter((i) => labels[i] === label);
  if (members.length === 0) return null;
  /** @param {number} axis */
  const median = (axis) => members.map((i) => xy[2 * i + axis]).sort((a, b) => a - b)[members.length >> 1] / LARGEST;
  return [median(0), median(1)];
}

/**
 * The colour of a class: digits, then large letters, then small ones, each once around the hues.
 * @param {number} label
 * @param {boolean} isDark
 * @param {number} [alpha]
 */
export function colourOf(label, isDark, alpha = 1) {
  const [hue, light] = hueAndLight(label, isDark);
  return `hsl(${hue} 52% ${light}% / ${alpha})`;
}

/**
 * @param {number} label
 * @param {boolean} isDark
 */
function hueAndLight(label, isDark) {
  if (label < 10) return [label * 36 + 12, isDark ? 72 : 36];
  if (label < 36) return [((label - 10) * 360) / 26, isDark ? 64 : 46];
  return [((label - 36) * 360) / 26 + 7, isDark ? 54 : 58];
}

/**
 * Where a lens of 88 pixels stands beside what it magnifies, so that both can be seen.
 * @param {Place} place in pixels
 * @param {number} width of what it lies in
 * @returns {Place}
 */
export function lensPlace([x, y], width) {
  return [Math.min(Math.max(x, 50), width - 50), y < 120 ? y + 14 : y - 112];
}
