// @ts-check
// Ten radio buttons; choosing what was read takes the correction back.

import { views } from "../../shared/channels.js";
import { find, findAll } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";

/** @import { Host, View } from "../../shared/host.d.ts" */

/** @param {Host<{ value?: { of?: string, digit?: number } }>} host */
export function mount({ element, props, trigger }) {
  const inputs = findAll(element, "input", HTMLInputElement);
  /** @type {View} */
  let view = {};

  /** @param {View} next */
  function show(next) {
    view = next;
    inputs.forEach((input, digit) => {
      const share = view.digits?.[digit];
      const label = /** @type {HTMLElement} */ (input.parentElement);
      input.disabled = share === undefined;
      input.checked = view.digit === digit;
      input.setAttribute("aria-label", share === undefined ? `${digit}` : `${digit}, ${percent(share)}`);
      label.title = share === undefined ? "" : percent(share, 1);
      find(label, ".bar").style.width = `${100 * (share ?? 0)}%`;
    });
  }

  element.addEventListener("change", ({ target }) => {
    const digit = inputs.indexOf(/** @type {HTMLInputElement} */ (target));
    const shares = view.digits ?? [];
    const read = shares.indexOf(Math.max(...shares));
    props.value = digit === read ? {} : { of: view.source, digit };
    trigger("input");
  });
  views.follow(element, show);
}
