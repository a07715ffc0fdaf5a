// @ts-check
// The writer's style is here and nowhere else: `hand`, its file in base64, and `sheet`, every character at every λ.

import { base64Of, bytesOf } from "../../shared/base64.js";
import { forgotten, usable } from "../../shared/channels.js";
import { buttonsOf, find, make, onButtons, onFiles } from "../../shared/dom.js";
import { megabytes, saveBlob } from "../../shared/files.js";
import { Request } from "../../shared/request.js";
import { addWriters } from "../../shared/writers.js";
import { glyphIn, Sheet, writeText } from "./lettering.js";
import { setText } from "./typesetting.js";

/** @import { Ask, Host, InkedCell } from "../../shared/host.d.ts" */
/** @import { SheetData } from "./lettering.js" */
/** @import { Glyph } from "./typesetting.js" */
/** @typedef {(letter: string) => Glyph | undefined} GlyphOf */

const FEWEST = 3; // cells to learn from
const UNITS = [72, 62, 54, 46, 40, 34]; // heights of a capital in pixels: the largest that keeps to two lines
const SMALL_UNIT = 34;
const PICTURE = { unit: 96, room: 1600 };
const PADDING = 24; // of a frame
const NARROW = 400;
const KNOWN = /^[0-9A-Za-z ]*$/;
const FIRST_TEXT = "Hello 62";

/** @param {Host<{ value?: string, max_bytes: number }, { writers: Ask<{ count: number }> }>} host */
export function mount(host) {
  const { element, props, watch, server } = host;
  const root = find(element, ".learner");
  const trouble = find(root, ".trouble");
  const text = find(root, "input[type=text]", HTMLInputElement);
  const lam = find(root, "input[type=range]", HTMLInputElement);
  const lamReading = find(root, "output");
  const other = find(root, "select", HTMLSelectElement);
  const file = find(root, "input[type=file]", HTMLInputElement);
  const bar = find(root, "progress", HTMLProgressElement);
  const buttons = buttonsOf(root);
  const [own, general, original] = [".own", ".general", ".original"].map((name) => find(root, name));
  /** @type {WeakMap<InkedCell, Glyph>} */
  const originals = new WeakMap();
  /** @type {InkedCell[]} */
  let cells = []; // to learn from
  let hand = "";
  let pending = ""; // a file that is being opened
  /** @type {Sheet | null} */
  let sheet = null;
  let written = text.value; // the last text that can be written

  /** @type {Request<{ hand: string, sheet: SheetData }>} */
  const request = new Request(host, {
    line: find(root, ".message"),
    bar,
    changed(busy) {
      buttons.stop.hidden = busy !== "learn";
      bar.hidden = busy !== "learn";
      mark();
    },
  });

  function mark() {
    const isBusy = request.busy !== "";
    buttons.learn.title = cells.length < FEWEST ? "At least three characters" : "";
    buttons.learn.disabled = isBusy || cells.length < FEWEST;
    buttons.load.disabled = isBusy;
    for (const each of [buttons.picture, buttons.file, lam]) each.disabled = !sheet;
    other.disabled = !sheet || isBusy;
    buttons.forget.disabled = !sheet && cells.length === 0 && !isBusy;
    root.dataset.empty = String(!sheet);
  }

  // Asking the server

  function learn() {
    request.begin("learn");
    request.show(`Learning from ${cells.length} characters…`);
    request.ask("submit", { cells: cells.map(({ label, glyph }) => [label, glyph]), other: other.value });
  }

  /**
   * @param {string} data
   * @param {string} message
   */
  function open(data, message) {
    pending = data;
    request.begin("open");
    request.show(message);
    request.ask("select", { hand: data, other: other.value });
  }

  async function receive() {
    const { hand: learned, sheet: next } = request.answer() ?? {};
    if (!next) return;
    hand = learned ?? pending;
    sheet = await Sheet.load(next);
    write();
    mark();
  }

  function forget() {
    request.halt();
    [hand, pending, sheet, cells] = ["", "", null, []];
    text.value = FIRST_TEXT;
    written = FIRST_TEXT;
    lam.value = "0";
    other.value = "";
    lamReading.textContent = "0";
    trouble.textContent = "";
    forgotten.send(null);
    write();
    mark();
    request.show("Deleted: cells, hand and text are gone, and the server kept none of them.");
  }

  // The lines of text

  /** @type {GlyphOf} */
  const ownLetter = (letter) => sheet?.glyph(Math.round(Number(lam.value) * (sheet.steps - 1)), letter);
  /** @type {GlyphOf} */
  const generalLetter = (letter) => sheet?.glyph(sheet.steps, letter);

  /** @type {GlyphOf} */
  function originalLetter(letter) {
    const cell = cells.find(({ label }) => label === letter);
    if (!cell) return undefined;
    const glyph = originals.get(cell) ?? glyphIn(cell.ink, 0, 0, cell.ink.width);
    originals.set(cell, glyph);
    return glyph;
  }

  function write() {
    const canvas = find(own, "canvas", HTMLCanvasElement);
    if (!sheet) {
      for (const each of root.querySelectorAll("canvas")) {
        each.width = 1;
        each.height = 1;
      }
      general.hidden = true;
      original.hidden = true;
      canvas.setAttribute("aria-label", "Nothing yet");
      return;
    }
    const share = Number(lam.value) ? `, λ ${lam.value} towards ${other.selectedOptions[0].textContent}` : "";
    line(own, ownLetter, unitFor(roomOf(canvas), written, ownLetter), `${written} in your hand${share}`);
    general.hidden = false;
    original.hidden = ![...written].some(originalLetter);
    line(general, generalLetter, SMALL_UNIT, `${written} in the general hand`);
    line(original, originalLetter, SMALL_UNIT, `${written} as you wrote it`);
  }

  /**
   * @param {HTMLElement} figure
   * @param {GlyphOf} glyphOf
   * @param {number} unit
   * @param {string} label
   */
  function line(figure, glyphOf, unit, label) {
    const canvas = find(figure, "canvas", HTMLCanvasElement);
    const room = roomOf(canvas);
    if (room > 0) writeText(canvas, written, glyphOf, { unit, room, ratio: window.devicePixelRatio || 1 });
    canvas.setAttribute("aria-label", label);
  }

  // Files

  function savePicture() {
    const canvas = make("canvas");
    writeText(canvas, written, ownLetter, PICTURE, true);
    canvas.toBlob((blob) => blob && saveBlob(blob, "your-hand.png"), "image/png");
  }

  function saveHand() {
    const type = "application/octet-stream";
    saveBlob(new Blob([bytesOf(hand)], { type }), "your-hand.safetensors");
  }

  /** @param {File | undefined} chosen */
  async function take(chosen) {
    if (!chosen || request.busy) return;
    if (chosen.size > props.max_bytes) {
      const sizes = `${megabytes(props.max_bytes)}, got ${megabytes(chosen.size, 1)}`;
      return request.show(`Expected a hand file of at most ${sizes}.`, "error");
    }
    const content = await chosen.arrayBuffer().catch(() => null);
    if (content) open(base64Of(new Uint8Array(content)), "Opening the hand…");
    else request.show("The file cannot be read: try another one.", "error");
  }

  // What the visitor does

  text.addEventListener("input", () => {
    const strange = [...text.value].find((letter) => !KNOWN.test(letter));
    trouble.textContent = strange ? `Expected digits, letters from A to Z and spaces, got “${strange}”.` : "";
    if (strange || !text.value.trim()) return;
    written = text.value;
    write();
  });
  lam.addEventListener("input", () => {
    lamReading.textContent = lam.value;
    write();
  });
  other.addEventListener("change", () => open(hand, "Blending…"));
  onFiles(file, ([chosen]) => take(chosen));
  onButtons(root, {
    learn,
    stop() {
      request.halt();
      request.show("Cancelled: nothing was learned.");
    },
    load: () => file.click(),
    picture: savePicture,
    file: saveHand,
    forget,
  });
  usable.follow(element, (next) => {
    cells = next;
    mark();
    write();
  });
  watch("value", receive);
  new ResizeObserver(write).observe(root);
  addWriters(other, server.writers);
  mark();
}

/** @param {HTMLCanvasElement} canvas */
function roomOf(canvas) {
  return (canvas.parentElement?.clientWidth ?? 0) - PADDING;
}

/**
 * The largest unit in which a text keeps to two lines, or the smallest.
 * @param {number} room
 * @param {string} text
 * @param {GlyphOf} glyphOf
 */
function unitFor(room, text, glyphOf) {
  const units = room < NARROW ? UNITS.slice(2) : UNITS;
  return units.find((unit) => setText(text, glyphOf, room / unit).length <= 2) ?? SMALL_UNIT;
}
