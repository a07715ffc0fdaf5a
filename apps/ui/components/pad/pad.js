// @ts-check
// The drawing pad. One drawing is `now`; a history holds others for undo and redo.

import { cleared as clears, examples, messages } from "../../shared/channels.js";
import { buttonsOf, find, make, onButtons, onDrop, onFiles } from "../../shared/dom.js";
import { megabytes, unnamed } from "../../shared/files.js";
import { asksFor, History } from "../../shared/history.js";
import { cleared, Pen, paintStroke, SIDE } from "../../shared/strokes.js";

/** @import { Host, Stroke } from "../../shared/host.d.ts" */
/** @typedef {{ strokes?: Stroke[], glyph?: string }} Value what is sent */
/** @typedef {Value & { picture?: string }} Received a glyph that the server made, or the drawing of a link */
/** @typedef {Value & { image?: HTMLImageElement }} Drawing */
/** @typedef {{ key: string, turn: number } | { photo: string }} Wanted a glyph that the server makes */

const LIVE_MS = 120; // pause between two looks at an unfinished stroke
const KEY = /^[0-9A-Za-z]$/;

/** @param {Host<{ value?: Received | (Value & Wanted), max_bytes: number }>} host */
export function mount({ element, props, trigger, watch, upload }) {
  const canvas = find(element, "canvas", HTMLCanvasElement);
  const hint = find(element, ".pad-hint");
  const width = find(element, "input[type=range]", HTMLInputElement);
  const file = find(element, "input[type=file]", HTMLInputElement);
  const buttons = buttonsOf(element);
  /** @type {History<Drawing>} */
  const history = new History();
  /** @type {Drawing} */
  let now = { strokes: [] };
  let lastLook = 0;
  let typed = { key: "", count: -1 };

  /** @param {string} message */
  const warn = (message) => messages.send({ message, kind: "error" });

  /**
   * @param {Value | (Value & Wanted)} value
   * @param {string} [event]
   */
  function send(value, event = "input") {
    props.value = value;
    trigger(event);
  }

  /** @param {Drawing} next */
  function change(next) {
    history.record(now);
    now = next;
    paint();
  }

  /** @param {Drawing} next */
  function commit(next) {
    change(next);
    send(asValue(now));
  }

  /** @param {"undo" | "redo"} way */
  function step(way) {
    const next = history[way](now);
    if (!next) return;
    now = next;
    paint();
    send(asValue(now));
  }

  const actions = {
    undo: () => step("undo"),
    redo: () => step("redo"),
    clear: () => isEmpty(now) || commit({ strokes: [] }),
    photo: () => file.click(),
  };

  // Drawing

  const pen = new Pen(canvas, {
    width: () => Number(width.value),
    begun() {
      lastLook = performance.now();
      paint();
    },
    grown() {
      paint();
      if (!pen.stroke || performance.now() - lastLook < LIVE_MS || pen.stroke.p.length < 8) return;
      lastLook = performance.now();
      send(withStroke(now, pen.stroke));
    },
    done: (stroke) => commit(withStroke(now, stroke)),
  });

  function paint() {
    const context = cleared(canvas);
    if (now.image) context.drawImage(now.image, 0, 0, SIDE, SIDE);
    for (const each of now.strokes ?? []) paintStroke(context, each);
    if (pen.stroke) paintStroke(context, pen.stroke);
    hint.hidden = !isEmpty(now) || pen.stroke !== null;
    buttons.undo.disabled = !history.canUndo;
    buttons.redo.disabled = !history.canRedo;
    buttons.clear.disabled = isEmpty(now);
  }

  // Keys

  canvas.addEventListener("keydown", (event) => {
    const way = asksFor(event);
    let action = null;
    if (way) action = actions[way];
    else if (event.key === "Delete" || event.key === "Backspace") action = actions.clear;
    else if (!(event.ctrlKey || event.metaKey || event.altKey) && KEY.test(event.key)) action = () => type(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });

  /** @param {string} key */
  function type(key) {
    typed = { key, count: key === typed.key ? typed.count + 1 : 0 };
    send({ ...asValue(now), key, turn: typed.count }, "upload");
  }

  examples.listen(element, (example) => send({ ...asValue(now), ...example }, "upload"));

  // Something else takes the drawing's place: the pad is cleared, and whoever asked for it sends that to the server.
  clears.listen(element, () => {
    if (isEmpty(now)) return;
    change({ strokes: [] });
    props.value = asValue(now);
  });

  // Photos: chosen, dropped or pasted

  /** @param {File | undefined} photo */
  async function take(photo) {
    if (!photo) return;
    if (photo.size > props.max_bytes) {
      warn(`Expected a file of at most ${megabytes(props.max_bytes)}, got ${megabytes(photo.size, 1)}.`);
      return;
    }
    try {
      const { path } = await upload(unnamed(photo, photo.type));
      send({ ...asValue(now), photo: path }, "upload");
    } catch {
      warn("The file did not reach the server: try again, or another file.");
    }
  }

  onFiles(file, ([photo]) => take(photo));
  onDrop(element, ([photo]) => take(photo));
  document.addEventListener("paste", (event) => {
    const picture = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (element.isConnected) take(picture);
  });

  // What the page sets

  function receive() {
    /** @type {Received} */
    const { glyph, picture, strokes } = props.value ?? {};
    /** @type {Drawing} */
    const next = glyph ? { glyph } : { strokes: strokes ?? [] };
    change(next);
    if (!picture) return;
    const image = make("img", { src: picture });
    image.addEventListener("load", () => {
      next.image = image;
      paint();
    });
  }

  onButtons(element, actions);
  watch("value", receive);
  if (!isEmpty(props.value ?? {})) receive();
  new ResizeObserver(paint).observe(canvas);
  paint();
}

/** @param {Value} drawing */
const isEmpty = ({ glyph, strokes = [] }) => !glyph && strokes.length === 0;

/**
 * A drawing as it is sent.
 * @param {Drawing} drawing
 * @returns {Value}
 */
const asValue = ({ glyph, strokes = [] }) => (glyph ? { glyph } : { strokes });

/**
 * A drawing with one stroke more; a glyph gives way.
 * @param {Drawing} drawing
 * @param {Stroke} stroke
 * @returns {Value}
 */
const withStroke = ({ strokes = [] }, stroke) => ({ strokes: [...strokes, stroke] });
