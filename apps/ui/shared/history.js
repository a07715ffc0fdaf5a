// @ts-check

/**
 * What was there before, for undo, and what was undone, for redo. States are kept as they are: never change one.
 * @template T
 */
export class History {
  /** @type {T[]} */
  #past = [];
  /** @type {T[]} */
  #future = [];

  /** @param {number} [most] states to go back to */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /**
   * Keeps the state before a change; what was undone is gone.
   * @param {T} before
   */
  record(before) {
    this.#past.push(before);
    if (this.#past.length > this.most) this.#past.shift();
    this.#future = [];
  }

  /**
   * The state before the last change; undefined if there is none.
   * @param {T} now
   */
  undo(now) {
    return this.#step(this.#past, this.#future, now);
  }

  /**
   * The state that was undone last; undefined if there is none.
   * @param {T} now
   */
  redo(now) {
    return this.#step(this.#future, this.#past, now);
  }

  clear() {
    this.#past = [];
    this.#future = [];
  }

  /**
   * @param {T[]} from
   * @param {T[]} to
   * @param {T} now
   */
  #step(from, to, now) {
    if (from.length === 0) return undefined;
    to.push(now);
    return from.pop();
  }
}

/**
 * Whether keys ask for undo or redo.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">} event
 * @returns {"undo" | "redo" | null}
 */
export function asksFor({ key, ctrlKey, metaKey, shiftKey }) {
  if (!(ctrlKey || metaKey)) return null;
  if (key.toLowerCase() === "y") return "redo";
  if (key.toLowerCase() !== "z") return null;
  return shiftKey ? "redo" : "undo";
}
