// @ts-check
// One picture holds all ten digits; each cell shows its part of it.

import { views } from "../../shared/channels.js";
import { announce, find, make, svg } from "../../shared/dom.js";
import { signed } from "../../shared/format.js";

/** @import { Host, Mark, View } from "../../shared/host.d.ts" */
/** @typedef {ReturnType<typeof cellOf>} Cell */

/** @param {Host} host */
export function mount({ element }) {
  const root = find(element, ".tens");
  const garment = find(root, ".worn img", HTMLImageElement);
  const title = find(root, "figcaption");
  const cells = Array.from({ length: 10 }, (_, digit) => cellOf(digit));
  find(root, "ol").append(...cells.map(({ item }) => item));
  let turn = 0;

  // The sheet is decoded before it is shown, so that the digits never blink.
  /** @param {View} view */
  async function show(view) {
    if (!view.result) return;
    const mine = ++turn;
    await make("img", { src: view.result })
      .decode()
      .catch(() => {});
    if (mine !== turn) return;
    root.dataset.empty = "false";
    root.dataset.overlay = String(Boolean(view.overlay));
    root.style.setProperty("--sheet-picture", `url(${view.result})`);
    garment.hidden = false;
    if (view.garment && garment.src !== view.garment) garment.src = view.garment;
    garment.alt = view.title ?? "";
    title.textContent = view.title ?? "";
    cells.forEach((cell, digit) => {
      label(cell, digit, view.marks?.[digit]);
      cell.path.setAttribute("d", view.outline ?? "");
    });
    announce(element, view);
  }

  views.follow(element, show);
}

/** @param {number} digit */
function cellOf(digit) {
  const ink = make("span", { className: "ink" });
  ink.style.cssText = `--x:${digit % 5};--y:${Math.floor(digit / 5)}`;
  ink.setAttribute("role", "img");
  const path = svg("path");
  const outline = svg("svg", { viewBox: "0 0 28 28", "aria-hidden": "true" }, path);
  const [agreement, doubt] = [make("b"), make("em")];
  const item = make("li", {}, make("div", { className: "frame" }, ink, outline), make("p", {}, agreement, doubt));
  return { item, ink, path, agreement, doubt };
}

/**
 * @param {Cell} cell
 * @param {number} digit
 * @param {Mark | undefined} mark
 */
function label({ ink, item, agreement, doubt }, digit, mark) {
  const number = mark ? signed(mark.agreement) : "";
  const note = mark?.note ?? "";
  agreement.textContent = number;
  doubt.textContent = note;
  item.dataset.doubtful = String(Boolean(note));
  ink.setAttribute("aria-label", number ? `${digit}, agreement ${number}${note && `, ${note}`}` : `${digit}`);
}
