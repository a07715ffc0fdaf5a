// @ts-check

import { find } from "../../shared/dom.js";
import { lensPlace } from "./places.js";

/** @import { Place } from "./places.js" */

/**
 * Shows a picture beside the place that it belongs to.
 * @param {HTMLElement} lens
 * @param {Place} place in pixels
 * @param {number} width of what it lies in
 * @param {string} address
 * @param {string} label
 */
export function magnify(lens, place, width, address, label) {
  const [left, top] = lensPlace(place, width);
  lens.style.left = `${left}px`;
  lens.style.top = `${top}px`;
  find(lens, "img", HTMLImageElement).src = address;
  find(lens, "figcaption").textContent = label;
  lens.hidden = false;
}
