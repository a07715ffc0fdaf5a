// @ts-check
// The visitor's cells. They are never changed in place, so that undo is a list of lists.

import { bytesOf } from "../../shared/base64.js";
import { forgotten, found, usable } from "../../shared/channels.js";
import { around, buttonsOf, find, findAll, make, onButtons, showMessage } from "../../shared/dom.js";
import { History } from "../../shared/history.js";
import { answered } from "../../shared/request.js";
import { cleared, contextOf, Pen, paintStroke, SIDE } from "../../shared/strokes.js";
import { countOf, fault, hasInk, isKnown, isUsable, noteOf } from "./statuses.js";

/** @import { Ask, Cell, Host, InkedCell, Stroke } from "../../shared/host.d.ts" */

const GLYPH = 28;
const UNDOS = 100;
const RIM = 16; // of the pad around a cell's glyph

/** @param {Host<{ most: number }, { draw: Ask<{ glyph: string }, [strokes: Stroke[]]> }>} host */
export function mount({ element, props, server }) {
  const root = find(element, ".cells");
  const list = find(root, "ol");
  const count = find(root, ".count");
  const pad = find(root, ".sketch canvas", HTMLCanvasElement);
  const hint = find(root, ".sketch p");
  const name = find(root, ".cell-editor input", HTMLInputElement);
  const which = find(root, ".which");
  const line = find(root, ".message");
  const flat = find(root, ".flat");
  const pages = find(flat, "div");
  const buttons = buttonsOf(root);
  const id = `cell-${Math.random().toString(36).slice(2)}`;
  /** @type {History<InkedCell[]>} */
  const history = new History(UNDOS);
  /** @type {InkedCell[]} */
  let cells = [];
  let at = -1; // the chosen cell
  /** @type {Stroke[]} */
  let strokes = [];

  /** @param {string} message */
  const warn = (message) => showMessage(line, message, message ? "error" : "hint");

  // Cells

  /**
   * @param {InkedCell[]} next
   * @param {number} [chosen]
   */
  function commit(next, chosen = at) {
    if (next.length > props.most) return warn(`Expected at most ${props.most} cells, got ${next.length}.`);
    history.record(cells);
    cells = next;
    show(chosen);
  }

  /**
   * @param {number} i
   * @param {Partial<Cell>} what
   */
  function change(i, what) {
    commit(
      cells.map((cell, place) => (place === i ? inked({ ...cell, ...what }) : cell)),
      i,
    );
  }

  function undo() {
    const before = history.undo(cells);
    if (!before) return;
    cells = before;
    show(Math.min(at, cells.length - 1));
  }

  // The grid

  /**
   * @param {HTMLElement} item
   * @param {number} i
   */
  function mark(item, i) {
    const cell = cells[i];
    const label = `${cell.label}${noteOf(cell)}`;
    item.id = `${id}-${i}`;
    item.dataset.status = isKnown(cell.label) ? cell.status : "skipped";
    item.setAttribute("aria-label", label);
    item.setAttribute("aria-selected", String(i === at));
    item.title = label;
    item.replaceChildren(copyOf(cell), make("small", { textContent: cell.label }));
  }

  /** @param {number} chosen */
  function show(chosen) {
    at = chosen;
    while (list.children.length > cells.length) list.lastChild?.remove();
    while (list.children.length < cells.length) list.append(make("li", { role: "option" }));
    findAll(list, "li").forEach(mark);
    root.dataset.empty = String(cells.length === 0);
    count.textContent = countOf(cells);
    edit();
    usable.send(cells.filter(isUsable));
  }

  /** @param {number} i */
  function choose(i) {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    at = i < cells.length ? i : -1;
    strokes = [];
    list.children[at]?.setAttribute("aria-selected", "true");
    list.children[at]?.scrollIntoView({ block: "nearest" });
    edit();
  }

  // The chosen cell, or a new one

  function edit() {
    const cell = cells[at];
    if (cell) list.setAttribute("aria-activedescendant", `${id}-${at}`);
    else list.removeAttribute("aria-activedescendant");
    which.textContent = cell ? `Cell ${at + 1}${noteOf(cell)}` : "A new character";
    if (cell) name.value = cell.label;
    buttons.put.textContent = cell ? "Replace" : "Add";
    buttons.skip.textContent = !cell || cell.status === "ok" ? "Leave out" : "Use it";
    buttons.skip.disabled = !cell || !hasInk(cell);
    buttons.new.disabled = !cell;
    buttons.undo.disabled = !history.canUndo;
    paint();
  }

  function paint() {
    const context = cleared(pad);
    const drawn = pen.stroke ? [...strokes, pen.stroke] : strokes;
    const cell = cells[at];
    if (drawn.length === 0 && cell) context.drawImage(cell.ink, RIM, RIM, SIDE - 2 * RIM, SIDE - 2 * RIM);
    for (const each of drawn) paintStroke(context, each);
    hint.hidden = drawn.length > 0 || (cell !== undefined && hasInk(cell));
    buttons.put.disabled = strokes.length === 0;
    buttons.wipe.disabled = strokes.length === 0;
  }

  /** @param {number} i */
  function skip(i) {
    const cell = cells[i];
    if (!cell || !hasInk(cell)) return;
    if (cell.status === "ok") change(i, { status: "skipped" });
    else if (isKnown(cell.label)) change(i, { status: "ok" });
    else warn(`Expected a digit or a letter from A to Z, got ${cell.label}: type another character.`);
  }

  /**
   * @param {number} i
   * @param {string} label
   */
  function rename(i, label) {
    warn(fault(label));
    const cell = cells[i];
    if (!isKnown(label) || (label === cell.label && cell.status === "ok")) return;
    change(i, { label, status: hasInk(cell) ? "ok" : "empty" });
  }

  async function put() {
    const label = name.value;
    if (fault(label)) return warn(fault(label));
    const [drawing, where] = [strokes, at];
    const { glyph, message = "" } = await answered(server.draw(drawing));
    warn(message);
    if (glyph === undefined) return;
    strokes = [];
    if (where >= 0) return change(where, { label, glyph, status: "ok" });
    commit([...cells, inked({ label, glyph, status: "ok" })], -1);
    name.value = "";
    name.focus({ preventScroll: true });
  }

  const actions = {
    undo,
    put,
    skip: () => skip(at),
    new() {
      choose(-1);
      name.value = "";
    },
    wipe() {
      strokes = [];
      paint();
    },
  };

  const pen = new Pen(pad, {
    width: () => 16,
    begun: paint,
    grown: paint,
    done(stroke) {
      strokes = [...strokes, stroke];
      paint();
    },
  });

  // Mouse and keys

  /** @param {KeyboardEvent} event */
  function actionOf(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === "z") return undo;
    if (isCommand || event.altKey) return null;
    const to = moved(event.key);
    if (to >= 0 && to < cells.length) return () => choose(to);
    if (event.key === "Escape") return actions.new;
    return at >= 0 ? changeOf(event.key) : null;
  }

  /** @param {string} key what it does to the chosen cell */
  function changeOf(key) {
    if (key === "Delete" || key === "Backspace") return () => skip(at);
    return isKnown(key) ? () => rename(at, key) : null;
  }

  /** @param {string} key */
  function moved(key) {
    const across = getComputedStyle(list).gridTemplateColumns.split(" ").length;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
    if (key === "Home") return 0;
    return key === "End" ? cells.length - 1 : at + steps[key];
  }

  list.addEventListener("click", (event) => {
    const item = around(event, "li");
    if (item) choose([...list.children].indexOf(item));
  });
  list.addEventListener("focus", () => at < 0 && cells.length > 0 && list.matches(":focus-visible") && choose(0));
  list.addEventListener("keydown", (event) => {
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  });
  name.addEventListener("focus", () => name.select());
  name.addEventListener("input", () => at >= 0 && strokes.length === 0 && name.value && rename(at, name.value));
  name.addEventListener("keydown", (event) => event.key === "Enter" && strokes.length && put());
  onButtons(root, actions);

  // What comes in

  found.listen(element, ({ cells: next, pages: addresses = [], instead = false }) => {
    if (instead) pages.replaceChildren();
    pages.append(...addresses.map(leaf));
    flat.hidden = pages.childElementCount === 0;
    warn("");
    commit(instead ? next.map(inked) : [...cells, ...next.map(inked)], -1);
  });
  forgotten.listen(element, () => {
    cells = [];
    strokes = [];
    history.clear();
    pages.replaceChildren();
    flat.hidden = true;
    name.value = "";
    warn("");
    show(-1);
  });
  new ResizeObserver(paint).observe(pad);
  show(-1);
}

/**
 * A cell with its glyph as a picture.
 * @param {Cell} cell
 * @returns {InkedCell}
 */
function inked({ label, glyph, status }) {
  const ink = make("canvas", { width: GLYPH, height: GLYPH });
  const picture = new ImageData(GLYPH, GLYPH);
  for (const [i, alpha] of bytesOf(glyph).entries()) picture.data.set([26, 26, 26, alpha], 4 * i);
  contextOf(ink, { willReadFrequently: true }).putImageData(picture, 0, 0);
  return { label, glyph, status, ink };
}

/** @param {InkedCell} cell */
function copyOf({ ink, label }) {
  const copy = make("canvas", { width: GLYPH, height: GLYPH, className: "ink", ariaLabel: label });
  contextOf(copy).drawImage(ink, 0, 0);
  return copy;
}

/**
 * @param {string} src
 * @param {number} i
 */
function leaf(src, i) {
  return make("img", { src, alt: `Page ${i + 1}, flattened, its cells framed by status` });
}
