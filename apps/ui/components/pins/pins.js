// @ts-check
// The rows are asked for after the view they belong to, and not more often than the eye needs while a slider moves.

import { views } from "../../shared/channels.js";
import { find, ink, make } from "../../shared/dom.js";

/** @import { Ask, Host, View } from "../../shared/host.d.ts" */
/** @typedef {{ pin: string, title: string, garment: string, digits: string, agreement: string, notes: string[] }} Row */

const ROWS_MS = 200;

/** @param {Host<{ value?: string[], most: number }, { rows: Ask<{ rows: Row[] }> }>} host */
export function mount({ element, props, trigger, watch, server }) {
  const button = find(element, "button", HTMLButtonElement);
  const hint = find(element, "span");
  const list = find(element, "ol");
  /** @type {View} */
  let view = {};
  let shown = ""; // what the rows were asked for: pins and strength
  let last = Number.NEGATIVE_INFINITY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const pins = () => props.value ?? [];

  /** @param {string[]} next */
  function send(next) {
    props.value = next;
    trigger("input");
    mark();
  }

  function mark() {
    const isFull = pins().length >= props.most;
    button.disabled = !view.pin || isFull || pins().includes(view.pin);
    if (isFull) hint.textContent = `${props.most} at most: remove one to pin another`;
    else hint.textContent = pins().length ? "" : "keeps this row while you try another garment";
  }

  /** @param {View} next */
  function show(next) {
    view = next;
    mark();
    if (askedBy(view) === shown) return;
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(0, last + ROWS_MS - performance.now()));
  }

  async function ask() {
    const wanted = askedBy(view);
    last = performance.now();
    shown = wanted;
    if (!view.pins?.length) return list.replaceChildren();
    const { rows } = await server.rows(view.query ?? "").catch(() => ({ rows: undefined }));
    if (shown !== wanted) return;
    if (rows) list.replaceChildren(...rows.map((row) => item(row, remove)));
    else shown = "";
  }

  /** @param {string} pin */
  const remove = (pin) => send(pins().filter((each) => each !== pin));

  button.addEventListener("click", () => view.pin && send([...pins(), view.pin]));
  views.follow(element, show);
  watch("value", mark);
}

/** @param {View} view */
const askedBy = ({ pins, strength }) => JSON.stringify([pins, strength]);

/**
 * @param {Row} row
 * @param {(pin: string) => void} remove
 */
function item({ pin, title, garment, digits, agreement, notes }, remove) {
  const doubts = notes.map((note, digit) => note && `${digit} ${note}`).filter(Boolean);
  const label = [`Ten digits of ${title}, agreement ${agreement}`, doubts.join(", ")].filter(Boolean).join("; ");
  const dots = notes.map((note) => make("i", { title: note, hidden: !note }));
  const button = make("button", { type: "button", textContent: "×", title: "Remove", ariaLabel: `Remove ${title}` });
  button.addEventListener("click", () => remove(pin));
  return make(
    "li",
    {},
    ink(garment, title),
    make("div", { className: "row-digits" }, ink(digits, label), ...dots),
    make("span", { textContent: title }),
    make("b", { textContent: agreement, title: "mean agreement of the silhouettes" }),
    button,
  );
}
