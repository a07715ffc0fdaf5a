// @ts-check

/** @typedef {{ left: number, top: number, bottom: number, width: number }} Box */

const SAME_ROW = 4; // pixels

/**
 * The number of the box nearest in the next row up or down, by where the boxes lie on the screen; itself if there is none.
 * @param {Box[]} boxes
 * @param {number} from
 * @param {boolean} down
 */
export function inNextRow(boxes, from, down) {
  const { top, bottom } = boxes[from];
  const isBeyond = (/** @type {Box} */ box) => (down ? box.top > bottom - SAME_ROW : box.bottom < top + SAME_ROW);
  const beyond = [...boxes.keys()].filter((i) => isBeyond(boxes[i]));
  if (beyond.length === 0) return from;
  const tops = beyond.map((i) => boxes[i].top);
  const edge = down ? Math.min(...tops) : Math.max(...tops);
  const gap = (/** @type {number} */ i) => Math.abs(middleOf(boxes[i]) - middleOf(boxes[from]));
  const row = beyond.filter((i) => Math.abs(boxes[i].top - edge) < SAME_ROW);
  return row.reduce((best, i) => (gap(i) < gap(best) ? i : best));
}

/** @param {Box} box */
const middleOf = ({ left, width }) => left + width / 2;
