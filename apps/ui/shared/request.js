// @ts-check
// Asks for what takes the server long. The question goes as a file, which the server reads once and deletes; the value
// says where it lies, and brings what comes back: `progress` on the way, a `message` and more in the end.

import { showMessage } from "./dom.js";
import { unnamed } from "./files.js";

/** @import { Host, Message } from "./host.d.ts" */

const PATIENCE_MS = 180_000; // without a word from the server
export const NO_ANSWER = "The server did not answer: try again.";

/**
 * A question's answer, or a message where none comes.
 * @template A
 * @param {Promise<Partial<A> & Message>} asked
 * @param {string} [message]
 */
export function answered(asked, message = NO_ANSWER) {
  return asked.catch(() => /** @type {Partial<A> & Message} */ ({ message, kind: "error" }));
}

/**
 * One question at a time, with its progress and its message.
 * @template {object} A what the answer has beside its message
 */
export class Request {
  /** What is being done, "" for nothing. */
  busy = "";
  #begun = false; // has the server begun what it can stop?
  #turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Pick<Host<{ value?: string }>, "props" | "trigger" | "upload">} host
   * @param {object} page
   * @param {HTMLElement} page.line for messages
   * @param {HTMLProgressElement} page.bar
   * @param {(busy: string) => void} page.changed called when something begins or ends
   */
  constructor({ props, trigger, upload }, { line, bar, changed }) {
    this.props = props;
    this.trigger = trigger;
    this.upload = upload;
    this.changed = changed;
    this.line = line;
    this.bar = bar;
  }

  /** @param {string} message @param {string} [kind] */
  show(message, kind) {
    showMessage(this.line, message, kind);
  }

  /** @param {string} busy what begins, "" for nothing */
  begin(busy) {
    this.busy = busy;
    this.#wait();
    if (busy) this.bar.value = 0;
    this.changed(busy);
  }

  /** Ends what is being done, here and on the server. */
  halt() {
    const running = this.#begun;
    this.#begun = false;
    this.begin("");
    this.props.value = "{}";
    if (running) this.trigger("stop");
  }

  /**
   * Asks by an event, once the question, or the promise of one, has reached the server; unless it was given up meanwhile.
   * @param {string} event
   * @param {object | Promise<object>} question
   */
  async ask(event, question) {
    const mine = ++this.#turn;
    this.#begun = false;
    try {
      const text = JSON.stringify(await question);
      const { path } = await this.upload(unnamed(text, "application/json"));
      if (mine !== this.#turn || !this.busy) return;
      this.props.value = JSON.stringify({ path });
      this.trigger(event);
    } catch {
      if (mine !== this.#turn || !this.busy) return;
      this.begin("");
      this.show("It did not reach the server: try again.", "error");
    }
  }

  /**
   * The server's last answer to what was asked, or nothing yet; what was given up is not kept.
   * @returns {(Partial<A> & Message) | null}
   */
  answer() {
    const { progress, ...answer } = JSON.parse(this.props.value || "{}");
    const isLast = answer.message !== undefined;
    if (progress === undefined && !isLast) return null;
    if (!this.busy || isLast) this.props.value = "{}";
    this.#begun = this.busy !== "" && !isLast;
    if (!this.busy) {
      if (!isLast) this.trigger("stop"); // before it began there was nothing to stop
      return null;
    }
    this.#wait();
    if (progress !== undefined) this.bar.value = progress;
    if (!isLast) return null;
    this.begin("");
    this.show(answer.message, answer.kind);
    return answer;
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.busy) this.#timer = setTimeout(() => this.#giveUp(), PATIENCE_MS);
  }

  #giveUp() {
    this.halt();
    this.show(NO_ANSWER, "error");
  }
}
