// @ts-check
// The grid of the chosen space, and what lies under the pointer: one question at a time, the last place wins.

import { find, findAll } from "../../shared/dom.js";
import { answered } from "../../shared/request.js";
import { magnify } from "./lens.js";

/** @import { Host } from "../../shared/host.d.ts" */
/** @import { Place } from "./places.js" */
/** @import { Props, Server } from "./map.js" */

const KEY_STEP = 1 / 34;
/** @type {Record<string, Place>} */
const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Host<Props, Server>} host
 * @param {(space: string) => Promise<{ address?: string } | null>} ask for the picture of a space
 */
export function mountGrid({ element, props, trigger, watch, server }, ask) {
  const grid = find(element, ".map-grid img", HTMLImageElement);
  const spaces = findAll(element, ".spaces input", HTMLInputElement);
  /** @type {string | null} */
  let drawn = null; // the space whose grid is there or asked for

  const chosen = () => String(props.value ?? "");

  async function draw() {
    const space = chosen();
    if (drawn === space) return;
    drawn = space;
    for (const each of spaces) each.checked = each.value === space;
    const { address } = (await ask(space)) ?? {};
    if (!address || space !== chosen()) return;
    grid.src = address;
    grid.hidden = false;
  }

  element.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !spaces.includes(target)) return;
    props.value = target.value;
    trigger("input");
    draw();
  });
  watch("value", draw);
  draw();
  if (server.spot) explore(grid, find(element, ".map-grid .lens"), chosen, server.spot);
}

/**
 * @param {HTMLImageElement} grid
 * @param {HTMLElement} lens
 * @param {() => string} chosen space
 * @param {NonNullable<Server["spot"]>} ask
 */
function explore(grid, lens, chosen, ask) {
  /** @type {Place | null} */
  let spot = null; // the place on the grid that is looked at, in [0, 1]
  let isLooking = false;

  async function look() {
    if (isLooking) return;
    isLooking = true;
    for (let seen = null; spot && spot !== seen; ) {
      seen = spot;
      const space = chosen();
      const { address, label = "" } = await answered(ask(space, ...seen));
      if (!address || !spot || space !== chosen()) continue;
      const width = grid.getBoundingClientRect().width;
      magnify(lens, [seen[0] * width, seen[1] * width], width, address, label);
    }
    isLooking = false;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  function lookAt(x, y) {
    spot = [clipped(x), clipped(y)];
    look();
  }

  /** @param {PointerEvent} event */
  function pointAt(event) {
    const box = grid.getBoundingClientRect();
    lookAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  function lookAway() {
    spot = null;
    lens.hidden = true;
  }

  grid.addEventListener("pointermove", pointAt);
  grid.addEventListener("pointerdown", pointAt);
  grid.addEventListener("pointerleave", lookAway);
  grid.addEventListener("blur", lookAway);
  grid.addEventListener("keydown", (event) => {
    const step = KEY_STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = spot ?? [0.5, 0.5];
    lookAt(x + step[0] * KEY_STEP, y + step[1] * KEY_STEP);
  });
}

/** @param {number} share */
const clipped = (share) => Math.min(Math.max(share, 0), 1);
