// @ts-check
// The settings of one generator. What the VAE offers is asked for once each; a choice it does not have falls back.

import { chosen, views } from "../../shared/channels.js";
import { find, findAll, make } from "../../shared/dom.js";
import { memo } from "../../shared/memo.js";
import { answered } from "../../shared/request.js";
import { fallbackForm } from "./forms.js";

/** @import { Ask, Host, Knobs } from "../../shared/host.d.ts" */
/** @import { Generator } from "./forms.js" */
/** @typedef {{ vaes: { name: string, title: string, ready: boolean }[], generators: Generator[] }} Offer */

const LOST = "The server did not answer: load the page again.";
const N_IS_FIXED = "n is free only where θ is set by hand, and not for full covariance";
const THETA_IS_FIXED = "θ moves where it is one number set by hand";

/** @param {Host<{ value?: Knobs, part: "knobs" | "other" }, { offers: Ask<Offer> }>} host */
export function mount({ element, props, trigger, watch, server }) {
  const vae = find(element, "select[name=vae]", HTMLSelectElement);
  const generator = find(element, "select[name=generator]", HTMLSelectElement);
  const theta = find(element, "input[name=theta]", HTMLInputElement);
  const temperature = find(element, "input[name=temperature]", HTMLInputElement);
  const guided = find(element, "input[name=guided]", HTMLInputElement);
  const forms = findAll(element, "input[name^=form-]", HTMLInputElement);
  const draws = findAll(element, "input[name^=n-]", HTMLInputElement);
  const note = find(element, ".knob-note");
  /** @param {string} name */
  const ask = (name) => answered(server.offers(name), LOST);
  const offersOf = memo(ask, ({ generators }) => Boolean(generators));
  /** @type {Generator[] | null} */
  let generators = null; // what the VAE that is shown offers
  /** @type {string | null} */
  let offered = null; // its name
  /** @type {Knobs} */
  let shown = {};

  /** @returns {Knobs} */
  const now = () => ({ ...shown, ...props.value });

  /** @param {Knobs} change */
  function send(change) {
    props.value = { ...now(), ...change };
    trigger("input");
    mark();
  }

  /** @param {string} name @param {Knobs["form"]} form */
  const fitting = (name, form) =>
    fallbackForm(
      generators ?? [],
      name,
      form,
      forms.map(({ value }) => value),
    );

  /** @param {string} name of a VAE; whether it offers anything */
  async function offer(name) {
    const answer = await offersOf(name);
    if (!answer?.generators) {
      note.textContent = answer?.message ?? "";
      return false;
    }
    generators = answer.generators;
    offered = name;
    const vaes = answer.vaes ?? [];
    vae.replaceChildren(
      ...vaes.map(({ name: value, title, ready }) =>
        option(value, ready ? title : `${title} (not trained yet)`, !ready),
      ),
    );
    generator.replaceChildren(...generators.map(({ name: value, title }) => option(value, title)));
    return true;
  }

  /** @param {string} name */
  async function changeVae(name) {
    if (!(await offer(name))) return mark();
    const { generator: old, form } = now();
    const kept = generators?.find((each) => each.name === old) ?? generators?.[0];
    if (kept) send({ vae: name, generator: kept.name, form: fitting(kept.name, form) });
  }

  function mark() {
    const { vae: name = "", generator: kind = "", form = "fitted", theta: value = 0, n, temperature: heat = 1 } = now();
    if (!generators || offered !== name) return;
    const has = generators.find((each) => each.name === kind);
    vae.value = name;
    generator.value = kind;
    guided.checked = Boolean(now().guided);
    for (const radio of forms) {
      const isMissing = !has?.forms.some((each) => each === radio.value);
      radio.checked = radio.value === form;
      disable(radio, isMissing, `${generator.selectedOptions[0]?.textContent} has no such θ`);
    }
    const isByHand = form !== "fitted";
    for (const radio of draws) {
      radio.checked = isByHand && Number(radio.value) === n;
      disable(radio, !isByHand || kind === "full", N_IS_FIXED);
    }
    disable(theta, form !== "one", THETA_IS_FIXED);
    slide(theta, form === "one" ? value : 0, form === "one" ? value.toFixed(2) : "");
    slide(temperature, heat, heat.toFixed(2));
    const notes = { fitted: `as fitted: ${has?.fitted ?? ""}`, each: "set by the sliders for each dimension", one: "" };
    note.textContent = notes[form];
  }

  async function show() {
    shown = views.last?.[props.part] ?? shown;
    const { vae: name } = now();
    if (name && name !== offered) await offer(name);
    mark();
  }

  vae.addEventListener("change", () => changeVae(vae.value));
  generator.addEventListener("change", () =>
    send({ generator: generator.value, form: fitting(generator.value, now().form) }),
  );
  theta.addEventListener("input", () => send({ theta: Number(theta.value) }));
  temperature.addEventListener("input", () => send({ temperature: Number(temperature.value) }));
  guided.addEventListener("change", () => send({ guided: guided.checked }));
  for (const radio of forms) {
    radio.addEventListener("change", () => send({ form: /** @type {Knobs["form"]} */ (radio.value) }));
  }
  for (const radio of draws) radio.addEventListener("change", () => send({ n: Number(radio.value) }));
  if (props.part === "knobs") {
    chosen.listen(element, (point) =>
      send({ generator: "simple", form: "one", temperature: 1, guided: false, ...point }),
    );
  }
  views.follow(element, show);
  watch("value", show);
}

/**
 * @param {string} value
 * @param {string} textContent
 * @param {boolean} [disabled]
 */
function option(value, textContent, disabled = false) {
  return make("option", { value, textContent, disabled });
}

/**
 * @param {HTMLInputElement} input
 * @param {boolean} isOff
 * @param {string} why
 */
function disable(input, isOff, why) {
  input.disabled = isOff;
  /** @type {HTMLElement} */ (input.closest(".radios > label") ?? input).title = isOff ? why : "";
}

/**
 * @param {HTMLInputElement} input
 * @param {number} value
 * @param {string} text
 */
function slide(input, value, text) {
  if (document.activeElement !== input || Number(input.value) !== value) input.value = String(value);
  find(/** @type {HTMLElement} */ (input.parentElement), "output").textContent = text;
  input.setAttribute("aria-valuetext", text);
}
