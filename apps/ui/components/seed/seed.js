// @ts-check
// The seed of all noise, typed or rolled.

import { find } from "../../shared/dom.js";

/** @import { Host } from "../../shared/host.d.ts" */

const FACES = 10_000; // of the dice: seeds that are short to pass on

/** @param {Host<{ value?: number }>} host */
export function mount({ element, props, trigger, watch }) {
  const field = find(element, "input", HTMLInputElement);

  /** @param {number} seed */
  function send(seed) {
    props.value = seed;
    trigger("input");
    mark();
  }

  function mark() {
    if (document.activeElement !== field) field.value = String(props.value ?? 0);
  }

  field.addEventListener("input", () => field.value !== "" && field.validity.valid && send(Number(field.value)));
  field.addEventListener("blur", mark);
  find(element, "button").addEventListener("click", () => send(Math.floor(Math.random() * FACES)));
  watch("value", mark);
  mark();
}
