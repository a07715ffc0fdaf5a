// @ts-check
// Drawing on a pad of SIDE × SIDE units.

/** @import { Stroke } from "./host.d.ts" */

export const SIDE = 256;
const MIN_STEP = 1.5; // between kept points
const INK = "#1a1a1a";

/** @param {number} value */
export const onGrid = (value) => Math.round(value * 2) / 2;

/**
 * A place of the screen in units of the pad.
 * @param {{ left: number, top: number, width: number, height: number }} box of the pad on the screen
 * @param {{ clientX: number, clientY: number }} at
 * @returns {[number, number]}
 */
export function placeIn(box, { clientX, clientY }) {
  return [onGrid(((clientX - box.left) / box.width) * SIDE), onGrid(((clientY - box.top) / box.height) * SIDE)];
}

/**
 * Adds a point to a stroke, unless it lies too near to the last one.
 * @param {Stroke} stroke
 * @param {[number, number]} point
 * @param {number} [least] distance
 */
export function extend({ p }, [x, y], least = MIN_STEP) {
  const [px, py] = p.slice(-2);
  const distance = Math.hypot(x - px, y - py);
  if (distance >= least && distance > 0) p.push(x, y);
}

/**
 * An empty canvas as fine as the screen, to be painted on in units of the pad.
 * @param {HTMLCanvasElement} canvas
 */
export function cleared(canvas) {
  const context = contextOf(canvas);
  const side = Math.max(1, Math.round(canvas.getBoundingClientRect().width * (window.devicePixelRatio || 1)));
  if (canvas.width !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
  context.clearRect(0, 0, SIDE, SIDE);
  return context;
}

/**
 * A canvas's two-dimensional context.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [options]
 */
export function contextOf(canvas, options) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", options));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 */
export function paintStroke(context, { w, p }) {
  context.lineWidth = w;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = INK;
  context.beginPath();
  context.moveTo(p[0], p[1]);
  for (let i = 2; i < p.length; i += 2) context.lineTo(p[i], p[i + 1]);
  if (p.length === 2) context.lineTo(p[0] + 0.01, p[1]);
  context.stroke();
}

/** Draws strokes on a canvas, one pointer at a time; other fingers are left out of it. */
export class Pen {
  /** The stroke under the pointer, if there is one. @type {Stroke | null} */
  stroke = null;
  /** @type {number | null} */
  #pointer = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} on
   * @param {() => number} on.width of the next stroke
   * @param {() => void} on.begun
   * @param {() => void} on.grown
   * @param {(stroke: Stroke) => void} on.done
   */
  constructor(canvas, on) {
    this.canvas = canvas;
    this.on = on;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#grow(event));
    canvas.addEventListener("pointerup", (event) => this.#finish(event));
    canvas.addEventListener("pointercancel", (event) => this.#finish(event));
  }

  /** @param {PointerEvent} event */
  #place(event) {
    return placeIn(this.canvas.getBoundingClientRect(), event);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (this.stroke || event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true, .../** @type {FocusOptions} */ ({ focusVisible: false }) });
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      // a pen that has already left: the stroke goes on without capture
    }
    this.#pointer = event.pointerId;
    this.stroke = { w: this.on.width(), p: this.#place(event) };
    this.on.begun();
  }

  /** @param {PointerEvent} event */
  #grow(event) {
    if (!this.stroke || event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) extend(this.stroke, this.#place(each));
    this.on.grown();
  }

  /** @param {PointerEvent} event */
  #finish(event) {
    if (!this.stroke || event.pointerId !== this.#pointer) return;
    if (event.type === "pointerup") extend(this.stroke, this.#place(event), 0);
    const whole = this.stroke;
    this.stroke = null;
    this.#pointer = null;
    this.on.done(whole);
  }
}
