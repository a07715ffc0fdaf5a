// @ts-check
// What judges read in the digits of a sheet, in words.

import { capitalised, percent } from "../../shared/format.js";

/** @import { Judge } from "../../shared/host.d.ts" */
/**
 * @typedef {object} Sheet
 * @property {string} result address of the picture
 * @property {string} asked the digits in one text
 * @property {Judge[]} judges the independent one first
 * @property {number} across digits to a row
 * @property {number} sure per cent from which a reading is not doubtful
 * @property {number | null} cosine
 * @property {string} [title]
 */

const NAMES = ["independent judge", "paper's judge"];
export const HINT = "Point at a digit to see what the judges read.";

/**
 * What was asked and what each judge reads in a digit.
 * @param {Sheet} sheet
 * @param {number} i
 */
export function readingOf({ asked, judges }, i) {
  const reads = judges.map(({ read, percent }, place) => `${NAMES[place]} read ${read[i]} (${percent[i]} %)`);
  return `asked ${asked[i]}, ${reads.join(", ")}`;
}

/**
 * The same as a sentence; a hint where no digit is pointed at.
 * @param {Sheet | null} sheet
 * @param {number} i
 */
export function sentenceOf(sheet, i) {
  return sheet && i >= 0 ? `${capitalised(readingOf(sheet, i))}.` : HINT;
}

/**
 * Whether the independent judge reads a digit right, wrong, or with doubt.
 * @param {Sheet} sheet
 * @param {number} i
 */
export function kindOf({ asked, judges: [{ read, percent }], sure }, i) {
  if (read[i] !== asked[i]) return "wrong";
  return percent[i] < sure ? "doubtful" : "right";
}

/**
 * What a judge reads where it is not what was asked, else "".
 * @param {Sheet} sheet
 * @param {number} judge
 * @param {number} i
 */
export function misread({ asked, judges }, judge, i) {
  const read = judges[judge]?.read[i];
  return read === undefined || read === asked[i] ? "" : read;
}

/**
 * How much of a sheet is read right, and how alike its digits are.
 * @param {Sheet} sheet
 */
export function worthOf({ judges, cosine, title }) {
  const read = judges.map(({ accuracy }, place) => `${NAMES[place]} ${percent(accuracy, accuracy === 1 ? 0 : 1)}`);
  const alike = cosine === null ? "" : `; mean cosine ${cosine.toFixed(3)}`;
  return `${title ? `${title}: ` : ""}read as asked by ${read.join(", ")}${alike}`;
}
