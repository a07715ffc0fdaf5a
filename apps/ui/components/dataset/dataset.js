// @ts-check
// A form for a data set: it is made by the settings of the first tab, and saved as soon as it comes.

import { views } from "../../shared/channels.js";
import { find } from "../../shared/dom.js";
import { save } from "../../shared/files.js";

/** @import { Form, Host, Knobs, Saved } from "../../shared/host.d.ts" */
/** @typedef {{ progress?: number, message?: string, file?: Saved } | { each: number, form: string }} Value */

/** @param {Host<{ value?: Value }>} host */
export function mount({ element, props, trigger, watch }) {
  const form = find(element, "form", HTMLFormElement);
  const how = find(form, ".how");
  const button = find(form, "button", HTMLButtonElement);
  const bar = find(form, "progress", HTMLProgressElement);
  const line = find(form, ".message");
  let busy = false;

  /** @param {boolean} isBusy */
  function setBusy(isBusy) {
    busy = isBusy;
    button.disabled = isBusy;
    bar.hidden = !isBusy;
  }

  function receive() {
    const value = props.value ?? {};
    if (!busy || "each" in value) return;
    const { progress, message, file } = /** @type {{ progress?: number, message?: string, file?: Saved }} */ (value);
    if (progress === undefined && message === undefined) return;
    bar.value = progress ?? 0;
    line.textContent = message ?? "";
    if (file) save(file.address, file.name);
    if (message) setBusy(false);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    setBusy(true);
    bar.value = 0;
    line.textContent = "Making digits…";
    props.value = { each: Number(fields.get("each")), form: String(fields.get("dataset-form")) };
    trigger("submit");
  });
  views.follow(element, ({ knobs }) => {
    how.textContent = knobs?.vae ? settingOf(knobs) : "";
    button.disabled = busy || !knobs?.vae;
  });
  watch("value", receive);
}

/** @param {Knobs} knobs */
function settingOf({ vae, generator, form = "fitted", theta, n, guided }) {
  /** @type {Record<Form, string>} */
  const from = { fitted: "θ as fitted", one: `θ ${theta}, n ${n}`, each: "θ by dimension" };
  return `Ten classes from ${vae}, ${generator}${guided ? ", guided" : ""}, ${from[form]}, as set in the first tab.`;
}
