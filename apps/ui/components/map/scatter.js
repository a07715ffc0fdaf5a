// @ts-check
// The dots of the map on a canvas.

import { contextOf } from "../../shared/strokes.js";
import { colourOf, middleOf, onMap, placeOf } from "./places.js";

/** @import { Dots, Place } from "./places.js" */
/**
 * What of the map is marked.
 * @typedef {object} Marked
 * @property {number | null} only the class that is shown alone
 * @property {number} pointed the dot that is pointed at, or −1
 * @property {Place | null} own where the visitor's character lies, from 0 to 1
 */

/**
 * Paints the map anew.
 * @param {HTMLCanvasElement} canvas
 * @param {Dots} dots
 * @param {string[]} names of the classes
 * @param {Marked} marked
 * @param {string} accent colour of the visitor's mark
 */
export function paint(canvas, dots, names, { only, pointed, own }, accent) {
  const context = contextOf(canvas);
  const ratio = window.devicePixelRatio || 1;
  const side = canvas.getBoundingClientRect().width;
  const isDark = document.body.classList.contains("dark");
  const style = getComputedStyle(canvas);
  const { color: text, backgroundColor: paper } = style;
  const family = style.getPropertyValue("--serif") || "serif";
  canvas.width = Math.max(1, Math.round(side * ratio));
  canvas.height = canvas.width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  dots.labels.forEach((label, i) => {
    const isShown = only === null || label === only;
    const radius = isShown ? (only === null ? 1.7 : 2.6) : 1.2;
    context.fillStyle = colourOf(label, isDark, isShown ? 0.75 : 0.1);
    circle(context, onMap(placeOf(dots, i), side), radius);
    context.fill();
  });
  names.forEach((name, k) => {
    const middle = only === null || only === k ? middleOf(dots, k) : null;
    if (middle) write(context, name, onMap(middle, side), { fill: text, paper, family, weight: 400 });
  });
  if (pointed >= 0) {
    context.strokeStyle = text;
    context.lineWidth = 1.5;
    circle(context, onMap(placeOf(dots, pointed), side), 5);
    context.stroke();
  }
  if (own) {
    const [x, y] = onMap(own, side);
    context.strokeStyle = accent;
    context.lineWidth = 3;
    circle(context, [x, y], 9);
    context.stroke();
    write(context, "you", [x, y - 17], { fill: accent, paper, family, weight: 700 });
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Place} place
 * @param {number} radius
 */
function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {Place} place
 * @param {{ fill: string, paper: string, weight: number, family: string }} look
 */
function write(context, text, [x, y], { fill, paper, weight, family }) {
  context.font = `${weight} 13px ${family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = paper;
  context.strokeText(text, x, y);
  context.fillStyle = fill;
  context.fillText(text, x, y);
}
