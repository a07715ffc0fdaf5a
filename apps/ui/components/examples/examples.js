// @ts-check
// Asks the pad for an example; the pad asks the server.

import { examples } from "../../shared/channels.js";
import { around, find } from "../../shared/dom.js";

/** @import { Ask, Host } from "../../shared/host.d.ts" */

/** @param {Host<{}, { sheet: Ask<{ address: string }> }>} host */
export function mount({ element, server }) {
  const group = find(element, ".examples");
  group.addEventListener("click", (event) => {
    const { key, turn } = around(event, "button")?.dataset ?? {};
    if (key) examples.send({ key, turn: Number(turn) });
  });
  server.sheet("").then(
    ({ address }) => address && group.style.setProperty("--sheet-picture", `url(${address})`),
    () => {},
  );
}
