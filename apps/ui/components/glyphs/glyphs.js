// @ts-check
// A radio group of pictures. Arrow keys move and choose; Escape, or choosing the chosen one again, goes back to "".

import { views } from "../../shared/channels.js";
import { around, find, findAll, make } from "../../shared/dom.js";
import { memo } from "../../shared/memo.js";
import { inNextRow } from "./rows.js";

/** @import { Ask, Host, View } from "../../shared/host.d.ts" */
/** @typedef {{ address: string, count: number }} Sheet */
/** @typedef {{ value?: string, columns: number, by_target: boolean }} Props `by_target`: each target has its own sheet */

/** @param {Host<Props, { sheet: Ask<Sheet> }>} host */
export function mount({ element, props, trigger, watch, server }) {
  const group = find(element, "[role=radiogroup]");
  const cells = findAll(group, "[role=radio]");
  const sheetOf = memo(server.sheet, ({ address }) => Boolean(address));
  /** @type {string | null} */
  let current = null; // the character whose pictures are shown

  /**
   * @param {string} value
   * @param {boolean} [focus]
   */
  function choose(value, focus = false) {
    if (value !== props.value) {
      props.value = value;
      trigger("input");
    }
    mark();
    if (focus) checked().focus();
  }

  const checked = () => cells.find((cell) => cell.dataset.value === String(props.value ?? "")) ?? cells[0];

  function mark() {
    for (const cell of cells) {
      cell.setAttribute("aria-checked", String(cell === checked()));
      cell.tabIndex = cell === checked() ? 0 : -1;
    }
  }

  /** Where keys start: at the chosen cell, or at the one that the recognition chose. */
  function start() {
    const followed = cells.find((cell) => cell.dataset.followed === "true");
    return checked() === cells[0] && followed ? followed : checked();
  }

  /** @param {boolean} down */
  function beside(down) {
    const boxes = cells.map((cell) => cell.getBoundingClientRect());
    return cells[inNextRow(boxes, cells.indexOf(start()), down)];
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cells.indexOf(start());
    /** @type {Record<string, () => HTMLElement>} */
    const ways = {
      ArrowRight: () => cells[Math.min(at + 1, cells.length - 1)],
      ArrowLeft: () => cells[Math.max(at - 1, 0)],
      ArrowDown: () => beside(true),
      ArrowUp: () => beside(false),
      Home: () => cells[1],
      End: () => cells[cells.length - 1],
      Escape: () => cells[0],
    };
    const isTyped = !props.by_target && event.key.length === 1;
    const next = ways[event.key]?.() ?? (isTyped && cells.find((cell) => cell.dataset.value === event.key));
    if (!next) return;
    event.preventDefault();
    choose(next.dataset.value ?? "", true);
  }

  /** @param {string} character */
  async function load(character) {
    if (current === character) return;
    current = character;
    const { address, count = 0 } = (await sheetOf(character)) ?? {};
    if (current !== character || !address) return;
    for (let i = cells.length - 1; i < count; i++) addHand(i);
    group.style.setProperty("--rows", String(Math.ceil(count / props.columns)));
    group.style.setProperty("--sheet-picture", `url(${address})`);
    mark();
  }

  /** @param {number} i */
  function addHand(i) {
    const cell = /** @type {HTMLElement} */ (cells[0].cloneNode());
    cell.className = "";
    cell.dataset.value = String(i);
    cell.title = `Hand ${i + 1}`;
    cell.setAttribute("aria-label", cell.title);
    cell.style.cssText = `--x:${i % props.columns};--y:${Math.floor(i / props.columns)}`;
    cell.append(make("span", { className: "glyph" }));
    group.append(cell);
    cells.push(cell);
  }

  /** @param {View} view */
  function show({ target = "" }) {
    if (!props.by_target) {
      for (const cell of cells) cell.dataset.followed = String(target === cell.dataset.value && !props.value);
    } else if (target) load(target);
    mark();
  }

  group.addEventListener("click", (event) => {
    const cell = around(event, "[role=radio]");
    if (cell) choose(cell.dataset.value === props.value ? "" : (cell.dataset.value ?? ""), true);
  });
  group.addEventListener("keydown", onKey);
  watch("value", mark);
  load(props.by_target ? "a" : "");
  views.follow(element, show);
}
