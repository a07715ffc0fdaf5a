// @ts-check
// What a cell of a visitor's sheet is taken for.

/** @import { Cell } from "../../shared/host.d.ts" */

const KNOWN = /^[0-9A-Za-z]$/;
/** @type {Record<string, string>} */
const NOTES = {
  ok: "",
  empty: ", empty",
  clipped: ", cut off",
  suspicious: ", looks like another character",
  skipped: ", left out",
};

/** @param {string} label */
export const isKnown = (label) => KNOWN.test(label);
/** @param {Cell} cell */
export const hasInk = ({ status }) => status !== "empty";
/** @param {Cell} cell */
export const isUsable = ({ label, status }) => status === "ok" && isKnown(label);
/** @param {Cell} cell */
export const noteOf = ({ status }) => NOTES[status] ?? "";

/**
 * Why a label cannot be taken, or "".
 * @param {string} label
 */
export function fault(label) {
  if (isKnown(label)) return "";
  return label ? `Expected a digit or a letter from A to Z, got “${label}”.` : "Say which character it is.";
}

/**
 * How many cells can be learned from, and how many are to be looked at.
 * @param {Cell[]} cells
 */
export function countOf(cells) {
  if (cells.length === 0) return "No characters yet";
  const usable = cells.filter(isUsable).length;
  const doubtful = cells.filter(({ status }) => status === "suspicious" || status === "clipped").length;
  return `${usable} of ${cells.length} can be learned from${doubtful ? `, ${doubtful} to look at` : ""}`;
}
