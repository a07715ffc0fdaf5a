// @ts-check
// Native radio buttons, so that arrow keys move and choose. What is picked last counts; the view says what is shown.

import { cleared, views } from "../../shared/channels.js";
import { around, find, findAll } from "../../shared/dom.js";
import { memo } from "../../shared/memo.js";

/** @import { Ask, Host, Picked } from "../../shared/host.d.ts" */

const PENDING_MS = 2000;

/** @param {Host<{ value?: Picked }, { sheet: Ask<{ address: string }, [variation: number]> }>} host */
export function mount({ element, props, trigger, server }) {
  const root = find(element, ".wardrobe");
  const radios = findAll(root, "input[type=radio]", HTMLInputElement);
  const variation = find(root, "input[name=variation]", HTMLInputElement);
  const number = /** @type {HTMLInputElement | null} */ (root.querySelector("input[name=number]"));
  const sheetOf = memo(server.sheet, ({ address }) => Boolean(address));
  let kind = props.value?.kind ?? radios[0].value; // the kind chosen last
  /** @type {number | null} */
  let loaded = null; // the variation whose pictures are shown
  let pending = { text: "", until: 0 }; // what was just picked: views from before it are not to take the mark away

  /** @param {Picked} value */
  function pick(value) {
    pending = { text: JSON.stringify(value), until: performance.now() + PENDING_MS };
    cleared.send(null);
    props.value = value;
    trigger("input");
    load(value.variation ?? loaded ?? 0);
  }

  /** @param {EventTarget | HTMLInputElement | null} field */
  const pickFrom = (field) =>
    pick(field && field === number ? { number: Number(number.value) } : { kind, variation: Number(variation.value) });

  /** @param {Picked} [picked] */
  function mark(picked = {}) {
    if (picked.kind) kind = picked.kind;
    for (const radio of radios) radio.checked = radio.value === picked.kind;
    if (picked.variation !== undefined && document.activeElement !== variation) {
      variation.value = String(picked.variation);
    }
    if (number && document.activeElement !== number) number.value = String(picked.number ?? "");
    load(picked.variation ?? loaded ?? 0);
  }

  /** @param {number} turn */
  async function load(turn) {
    if (turn === loaded) return;
    loaded = turn;
    const { address } = (await sheetOf(turn)) ?? {};
    if (address && loaded === turn) root.style.setProperty("--sheet-picture", `url(${address})`);
  }

  root.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.type === "radio") {
      kind = target.value;
      pickFrom(target);
    } else if (isWhole(target)) pickFrom(target);
    else mark(views.last?.picked);
  });
  root.addEventListener("click", (event) => {
    const dice = around(event, "[data-dice]")?.dataset.dice;
    if (!dice) return;
    const field = dice === "number" && number ? number : variation;
    field.value = String(Math.floor(Math.random() * (Number(field.max) + 1)));
    pickFrom(field);
  });
  views.follow(element, ({ picked }) => {
    if (!picked || (performance.now() < pending.until && JSON.stringify(picked) !== pending.text)) return;
    pending.until = 0;
    mark(picked);
  });
}

/** @param {HTMLInputElement} field */
function isWhole({ value, max }) {
  const number = Number(value);
  return value !== "" && Number.isInteger(number) && number >= 0 && number <= Number(max);
}
