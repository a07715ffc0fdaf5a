// @ts-check
// Sliders of the latent dimensions. The value is what the visitor has set; a history holds others for undo and redo.

import { views } from "../../shared/channels.js";
import { buttonsOf, find, make, onButtons } from "../../shared/dom.js";
import { signed } from "../../shared/format.js";
import { asksFor, History } from "../../shared/history.js";
import { answered } from "../../shared/request.js";

/** @import { Ask, Host, View } from "../../shared/host.d.ts" */
/** @typedef {{ of: string, seed: number | null, at: Record<string, number> }} Style */
/** @typedef {{ number: number, label: string, note: string }} Dimension */
/** @typedef {{ item: HTMLLIElement, slider: HTMLInputElement, reading: HTMLOutputElement }} Row */
/** @typedef {{ value?: Partial<Style>, grid: number, reach: number, low: number | null, follow: boolean }} Props */

const KEY_STEP = 4; // grid steps that an arrow key moves a slider
const FACES = 10_000; // of the dice
const LOST = "The sliders did not arrive: load the page again.";
const FIELDS = "canvas, textarea, input:not([type=range], [type=radio])"; // have an undo of their own

/** @param {Host<Props, { profile: Ask<{ dimensions: Dimension[] }> }>} host */
export function mount({ element, props, trigger, watch, server }) {
  const root = find(element, ".dials");
  const list = find(root, "ul");
  const seed = /** @type {HTMLInputElement | null} */ (root.querySelector("input[type=number]"));
  const buttons = buttonsOf(root);
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @type {History<Style>} */
  const history = new History();
  /** @type {View} */
  let view = {};
  /** @type {Style | null} */
  let held = null; // the value before the slider that is being moved
  /** @type {string | null} */
  let loaded = props.follow ? "" : null; // what the sliders are of, where they follow the view

  /** @returns {Style} */
  const nothing = () => ({ of: view.source ?? "", seed: null, at: {} });
  /** @returns {Style} */
  const value = () => (props.value?.of === (view.source ?? "") ? { ...nothing(), ...props.value } : nothing());

  /** @param {Style} next */
  function send(next) {
    props.value = next;
    trigger("input");
    mark();
  }

  /** @param {Style} next */
  function commit(next) {
    history.record(value());
    send(next);
  }

  /** @param {number} number */
  const takeSeed = (number) => commit({ ...value(), seed: number, at: {} });

  /** @param {"undo" | "redo"} way */
  function step(way) {
    const next = history[way](value());
    if (next) send(next);
  }

  function mark() {
    const now = value();
    buttons.undo.disabled = !history.canUndo;
    buttons.redo.disabled = !history.canRedo;
    buttons.own.disabled = now.seed === null && Object.keys(now.at).length === 0;
    if (seed && document.activeElement !== seed) seed.value = String(now.seed ?? "");
    for (const [dimension, { item, slider, reading }] of rows) {
      const steps = now.at[dimension] ?? view.z?.[Number(dimension)] ?? 0;
      const text = signed(steps / props.grid);
      slider.value = String(steps);
      slider.setAttribute("aria-valuetext", text);
      reading.textContent = text;
      item.dataset.changed = String(dimension in now.at);
    }
  }

  /** @param {View} next */
  function show(next) {
    if (next.source !== view.source) {
      history.clear();
      held = null;
    }
    view = next;
    if (props.follow) follow(view.dials ?? loaded ?? "");
    mark();
  }

  /** @param {string} dials what the sliders are to be of; there are none where it is "" */
  function follow(dials) {
    root.hidden = dials === "";
    if (dials !== loaded && dials !== "") load(dials);
  }

  /** @param {string} of */
  async function load(of) {
    loaded = of;
    const { dimensions = [], message } = await answered(server.profile(of), LOST);
    if (loaded !== of) return;
    rows.clear();
    list.replaceChildren(...dimensions.map(row));
    if (message) list.textContent = message;
    mark();
  }

  /** @param {Dimension} dimension */
  function row(dimension) {
    const { number } = dimension;
    const { item, slider, reading, reset } = rowOf(dimension, props);
    const putBack = () => commit({ ...value(), at: without(value().at, number) });
    slider.addEventListener("input", () => {
      held ??= value();
      send({ ...value(), at: { ...value().at, [number]: Number(slider.value) } });
    });
    slider.addEventListener("change", () => {
      if (held) history.record(held);
      held = null;
      mark();
    });
    slider.addEventListener("dblclick", putBack);
    reset.addEventListener("click", putBack);
    rows.set(String(number), { item, slider, reading });
    return item;
  }

  onButtons(root, {
    undo: () => step("undo"),
    redo: () => step("redo"),
    own: () => commit(nothing()),
    dice: () => takeSeed(Math.floor(Math.random() * FACES)),
  });
  seed?.addEventListener("change", () => {
    const number = Number(seed.value);
    if (seed.value === "") commit({ ...value(), seed: null });
    else if (Number.isInteger(number) && number >= 0 && number <= Number(seed.max)) takeSeed(number);
    else mark();
  });
  document.addEventListener("keydown", (event) => {
    const isElsewhere = event.defaultPrevented || (event.target instanceof Element && event.target.matches(FIELDS));
    const way = asksFor(event);
    if (!element.isConnected || isElsewhere || !way) return;
    event.preventDefault();
    step(way);
  });
  views.follow(element, show);
  watch("value", mark);
  if (!props.follow) load("");
}

/**
 * @param {Dimension} dimension
 * @param {Pick<Props, "grid" | "reach" | "low">} range
 */
function rowOf({ number, label, note }, { grid, reach, low }) {
  const [min, max] = [(low ?? -reach) * grid, reach * grid].map(String);
  const title = "Put it back (or double-click the slider)";
  const slider = make("input", { type: "range", min, max, step: String(KEY_STEP), value: "0" });
  slider.setAttribute("aria-label", `${label}, dimension ${number + 1}`);
  const reset = make("button", { type: "button", textContent: "×", title });
  reset.setAttribute("aria-label", `Put dimension ${number + 1} back`);
  const reading = make("output");
  const name = make("span", { textContent: label, title: note });
  return { item: make("li", {}, name, slider, reading, reset), slider, reading, reset };
}

/**
 * @param {Record<string, number>} at
 * @param {number} dimension
 */
function without(at, dimension) {
  const { [dimension]: _, ...rest } = at;
  return rest;
}
