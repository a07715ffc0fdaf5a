// @ts-check
// The map tab. Its heavy parts come from the server when it first appears; what is decoded is kept for the next look.

import { bytesOf } from "../../shared/base64.js";
import { views } from "../../shared/channels.js";
import { around, find, findAll, ink, make } from "../../shared/dom.js";
import { memo } from "../../shared/memo.js";
import { answered } from "../../shared/request.js";
import { mountGrid } from "./grid.js";
import { magnify } from "./lens.js";
import { nearest, onMap, placeOf } from "./places.js";
import { paint } from "./scatter.js";

/** @import { Ask, Host, Message } from "../../shared/host.d.ts" */
/** @import { Dots, Place } from "./places.js" */
/** @typedef {{ xy: Place, grid: Place, rows: string[] }} Own where the visitor's character lies, and its dimensions */
/** @typedef {{ address: string, label: string }} Spot what is decoded at a place of the grid */
/**
 * @typedef {object} Server
 * @property {Ask<{ xy: string, labels: string }>} atlas
 * @property {Ask<{ address: string }>} grid
 * @property {Ask<{ address: string }, [dot: number]>} glyph
 * @property {Ask<Own>} place
 * @property {Ask<Spot, [space: string, x: number, y: number]>} [spot]
 */
/** @typedef {{ value?: string, rows: number }} Props `rows`: dimensions in one picture */

const NEAR = 14; // pixels within which a dot is pointed at
const LOST = "The server did not answer: open the tab again.";

/** @param {Host<Props, Server>} host */
export function mount(host) {
  const { element, props, server } = host;
  const canvas = find(element, "canvas", HTMLCanvasElement);
  const lens = find(element, ".map-scatter .lens");
  const legend = findAll(element, ".legend button");
  const names = legend.map((button) => button.textContent ?? "");
  const you = find(element, ".map-grid .you");
  const glyphOf = memo(server.glyph, ({ address }) => Boolean(address));
  /** @type {Dots} */
  let dots = { xy: new Uint16Array(), labels: new Uint8Array() };
  /** @type {number | null} */
  let only = null;
  let pointed = -1;
  /** @type {Place | null} */
  let own = null;
  /** @type {string | null} */
  let placed = null; // the query that was placed last

  const side = () => canvas.getBoundingClientRect().width;
  const draw = () => paint(canvas, dots, names, { only, pointed, own }, getComputedStyle(you).borderTopColor);

  /** @param {number} i */
  async function point(i) {
    if (i === pointed) return;
    pointed = i;
    draw();
    if (i < 0) {
      lens.hidden = true;
      return;
    }
    const { address } = (await glyphOf(i)) ?? {};
    if (pointed === i && address)
      magnify(lens, onMap(placeOf(dots, i), side()), side(), address, names[dots.labels[i]]);
  }

  /** @param {PointerEvent} event */
  const pointAt = ({ offsetX, offsetY }) => point(nearest(dots, [offsetX, offsetY], side(), NEAR, only));
  canvas.addEventListener("pointermove", pointAt);
  canvas.addEventListener("pointerdown", pointAt);
  canvas.addEventListener("pointerleave", () => point(-1));

  find(element, ".legend").addEventListener("click", (event) => {
    const button = around(event, "button");
    if (!button) return;
    const label = Number(button.dataset.class);
    only = only === label ? null : label;
    for (const each of legend) each.setAttribute("aria-pressed", String(Number(each.dataset.class) === only));
    draw();
  });

  // Where the visitor's character lies

  async function show() {
    const { query = "" } = views.last ?? {};
    if (query === placed || !element.isConnected || canvas.offsetParent === null) return;
    placed = query;
    /** @type {Partial<Own>} */
    const found = query ? await server.place(query).catch(() => ({})) : {};
    if (placed !== query) return;
    own = found.xy ?? null;
    you.hidden = !found.grid;
    if (found.grid) you.style.cssText = `left:${100 * found.grid[0]}%;top:${100 * found.grid[1]}%`;
    const rows = /** @type {HTMLElement | null} */ (element.querySelector(".rows"));
    if (rows) {
      find(element, ".rows-hint").hidden = Boolean(found.rows);
      rows.replaceChildren(...(found.rows ?? []).map((address, i) => block(address, i * props.rows + 1, props.rows)));
    }
    draw();
  }

  /**
   * Waits for what a section shows; a message takes its place.
   * @template A
   * @param {string} section
   * @param {Promise<Partial<A> & Message>} asked
   */
  async function part(section, asked) {
    const answer = await answered(asked, LOST);
    find(element, `${section} .wait`).textContent = answer.message ?? "";
    return answer.message ? null : answer;
  }

  async function load() {
    const atlas = await part(".map-scatter", server.atlas(""));
    if (!atlas?.xy || !atlas.labels) return;
    dots = { xy: new Uint16Array(bytesOf(atlas.xy).buffer), labels: bytesOf(atlas.labels) };
    draw();
    show();
  }

  load();
  mountGrid(host, (space) => part(".map-grid", server.grid(space)));
  views.follow(element, show);
  new ResizeObserver(() => {
    draw();
    show();
  }).observe(canvas);
  new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });
}

/**
 * A picture of some dimensions, traversed, with their numbers.
 * @param {string} address
 * @param {number} first
 * @param {number} count
 */
function block(address, first, count) {
  const numbers = Array.from({ length: count }, (_, i) => make("li", { textContent: String(first + i) }));
  const picture = ink(address, `Dimensions ${first} to ${first + count - 1}, each from −3 to 3`);
  return make("figure", {}, make("ol", {}, ...numbers), picture);
}
