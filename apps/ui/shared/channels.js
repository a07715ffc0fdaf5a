// @ts-check
// What the components of one page send each other, each kind on a channel of its own.

/** @import { Cell, InkedCell, Knobs, Message, View } from "./host.d.ts" */

/**
 * Hands values on to whoever listens, and keeps the last one for those who come later.
 * @template T
 */
export class Channel {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();
  /** @type {T | undefined} */
  last;

  /** @param {T} [first] what those who follow hear at once */
  constructor(first) {
    this.last = first;
  }

  /** @param {T} value */
  send(value) {
    this.last = value;
    for (const hear of this.#listeners) {
      try {
        hear(value);
      } catch (error) {
        console.error(error);
      }
    }
  }

  /**
   * Hears what comes while an element is in the page.
   * @param {Pick<Element, "isConnected">} element
   * @param {(value: T) => void} hear
   */
  listen(element, hear) {
    this.#listeners.add((value) => {
      if (element.isConnected) hear(value);
    });
  }

  /**
   * Hears the last value too, if there is one.
   * @param {Pick<Element, "isConnected">} element
   * @param {(value: T) => void} hear
   */
  follow(element, hear) {
    this.listen(element, hear);
    if (this.last !== undefined) hear(this.last);
  }
}

/** From the status line to all: the view that the page shows now. @type {Channel<View>} */
export const views = new Channel({});
/** From any component to the status line. @type {Channel<Message>} */
export const messages = new Channel();
/** From the examples to the pad: load one, as if its key was typed. @type {Channel<{ key: string, turn: number }>} */
export const examples = new Channel();
/** From the wardrobe to the pad: something else takes the drawing's place. @type {Channel<null>} */
export const cleared = new Channel();
/** From the frontier to the knobs: a point of it was chosen. @type {Channel<Knobs>} */
export const chosen = new Channel();
/** From the intake to the cells: what was found on pages. @type {Channel<{ cells: Cell[], pages?: string[], instead?: boolean }>} */
export const found = new Channel();
/** From the cells to the learner: those that can be learned from. @type {Channel<InkedCell[]>} */
export const usable = new Channel();
/** From the learner to the intake and the cells: delete all there is. @type {Channel<null>} */
export const forgotten = new Channel();
