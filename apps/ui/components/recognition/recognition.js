// @ts-check
// The likeliest characters, as bars.

import { views } from "../../shared/channels.js";
import { find, findAll } from "../../shared/dom.js";
import { percent } from "../../shared/format.js";

/** @import { Host } from "../../shared/host.d.ts" */

/** @param {Host} host */
export function mount({ element }) {
  const list = find(element, "ol");
  const rows = findAll(list, "li");
  views.follow(element, ({ top = [] }) => {
    list.dataset.empty = String(top.length === 0);
    rows.forEach((row, i) => {
      const [name, share] = top[i] ?? ["", 0];
      find(row, "b").textContent = name || "·";
      find(row, ".bar").style.width = `${100 * share}%`;
      find(row, ".share").textContent = name ? percent(share) : "";
    });
  });
}
