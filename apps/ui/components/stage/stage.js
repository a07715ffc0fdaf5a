// @ts-check
// The result, its samples and the strip; the player runs the strip there and back without asking the server.

import { views } from "../../shared/channels.js";
import { announce, find, findAll } from "../../shared/dom.js";
import { backgroundPosition, pictureAt } from "./film.js";

/** @import { Host, View } from "../../shared/host.d.ts" */
/** @typedef {{ strip?: string, samples?: string, label?: string }} Value */

const STEP_MS = 110;
const HOLD_MS = 600;
const AROUND_MS = 250;

/** @param {Host<{ value?: Value, steps: number, across: number, down: number }>} host */
export function mount({ element, props, trigger, watch }) {
  const root = find(element, ".stage");
  const result = find(root, ".result img", HTMLImageElement);
  const strip = find(root, ".strip img", HTMLImageElement);
  const samples = /** @type {HTMLImageElement | null} */ (root.querySelector(".samples img"));
  const caption = find(root, "figcaption");
  const film = find(root, ".film");
  const glyphs = findAll(film, ".ink"); // one for each glyph of a picture
  const names = findAll(root, ".names li");
  const here = find(root, ".here");
  const button = find(root, "button", HTMLButtonElement);
  /** @type {View} */
  let view = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let playing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let asking;
  let asked = Number.NEGATIVE_INFINITY;

  /** @param {View} next */
  function show(next) {
    const isMoved = hasMoved(view, next);
    view = next;
    if (isMoved) askAround();
    const isShown = Boolean(view.result);
    root.dataset.empty = String(!isShown);
    caption.textContent = view.way ?? "nothing yet";
    setPicture(result, view.result, isShown ? `Result, λ ${(view.lam ?? 0).toFixed(2)} of the way ${view.way}` : "");
    for (const [digit, name] of names.entries()) name.toggleAttribute("data-own", digit === view.digit);
    button.disabled = !isShown;
    if (!isShown) pause();
    if (!playing) point(view.lam ?? 0);
    announce(element, view);
  }

  // The strip and the samples are the component's own value. They take longer, so they are asked for after the result,
  // and not more often than the eye needs while it moves; σ and the seed, which move only them, ask by themselves.
  function askAround() {
    clearTimeout(asking);
    const wait = asked + AROUND_MS - performance.now();
    if (wait > 0) {
      asking = setTimeout(askAround, wait);
      return;
    }
    asked = performance.now();
    trigger("select");
  }

  function receive() {
    const { strip: address, samples: drawn, label = "" } = props.value ?? {};
    if (address === undefined) return;
    setPicture(strip, address, `${props.steps} pictures ${view.way ?? ""}`);
    if (samples) setPicture(samples, drawn, label);
    film.style.setProperty("--strip", address ? `url(${address})` : "none");
  }

  /** @param {number} lam */
  const point = (lam) => here.style.setProperty("--lam", String(lam));

  /** @param {number} number */
  function frame(number) {
    const last = props.steps - 1;
    const picture = pictureAt(number, last);
    glyphs.forEach((glyph, i) => {
      glyph.style.backgroundPosition = backgroundPosition(props, picture, i);
    });
    point(picture / last);
    playing = setTimeout(() => frame(number + 1), picture === 0 || picture === last ? HOLD_MS : STEP_MS);
  }

  function pause() {
    clearTimeout(playing);
    playing = undefined;
    film.hidden = true;
    result.style.visibility = "";
    button.setAttribute("aria-pressed", "false");
    point(view.lam ?? 0);
  }

  function play() {
    film.hidden = false;
    result.style.visibility = "hidden";
    button.setAttribute("aria-pressed", "true");
    frame(Math.round((view.lam ?? 0) * (props.steps - 1)));
  }

  for (const glyph of glyphs) glyph.style.backgroundSize = `${100 * props.steps * props.across}% ${100 * props.down}%`;
  button.addEventListener("click", () => (playing ? pause() : play()));
  views.follow(element, show);
  watch("value", receive);
  receive();
}

/**
 * Whether what lies around a view, its strip and its samples, is no longer that of another.
 * @param {View} before
 * @param {View} after
 */
function hasMoved(before, after) {
  if (after.around !== undefined) return after.around !== before.around;
  return after.result !== before.result || after.way !== before.way;
}

/**
 * @param {HTMLImageElement} image
 * @param {string | undefined} address
 * @param {string} alt
 */
function setPicture(image, address, alt) {
  image.hidden = !address;
  if (address) image.src = address;
  else image.removeAttribute("src");
  image.alt = alt;
}
