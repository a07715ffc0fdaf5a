// @ts-check
// What is typed comes first; a click on a digit, or a new count, clears it.

import { views } from "../../shared/channels.js";
import { around, find, findAll } from "../../shared/dom.js";

/** @import { Host, Order } from "../../shared/host.d.ts" */

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** @param {Host<{ value?: Order }>} host */
export function mount({ element, props, trigger, watch }) {
  const text = find(element, "textarea", HTMLTextAreaElement);
  const toggles = findAll(element, "[data-digit]");
  const count = find(element, "input", HTMLInputElement);
  /** @type {Order} */
  let shown = {};

  const now = () => ({ text: "", classes: ALL, count: 10, ...shown, ...props.value });

  /** @param {Order} change */
  function send(change) {
    props.value = { ...now(), ...change };
    trigger("input");
    mark();
  }

  function mark() {
    const { text: typed, classes, count: each } = now();
    if (document.activeElement !== text) text.value = typed;
    if (document.activeElement !== count) count.value = String(each);
    toggles.forEach((toggle, digit) => {
      toggle.setAttribute("aria-pressed", String(!typed.trim() && classes.includes(digit)));
    });
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  /** @param {number} digit */
  function toggle(digit) {
    const { text: typed, classes } = now();
    send({ text: "", classes: typed.trim() ? [digit] : toggled(classes, digit) });
    text.value = "";
  }

  text.addEventListener("input", () => send({ text: text.value }));
  text.addEventListener("keydown", (event) => event.key === "Escape" && text.blur());
  count.addEventListener("input", () => {
    const each = Number(count.value);
    if (Number.isInteger(each) && each >= 1 && each <= Number(count.max)) send({ text: "", count: each });
  });
  count.addEventListener("blur", mark);
  element.addEventListener("click", (event) => {
    const button = around(event, "button");
    if (button?.dataset.digit) toggle(Number(button.dataset.digit));
    else if (button) send({ text: "", classes: ALL });
  });
  views.follow(element, ({ order = {} }) => {
    shown = order;
    mark();
  });
  watch("value", mark);
}

/**
 * Classes without one of them, or with one more.
 * @param {number[]} classes
 * @param {number} digit
 */
export function toggled(classes, digit) {
  return classes.includes(digit) ? classes.filter((each) => each !== digit) : [...classes, digit];
}
