// The settings of one generator. What the VAE offers is asked for once each; a choice it does not have falls back.
const [vae, generator] = ["vae", "generator"].map((name) => element.querySelector(`select[name=${name}]`));
const [theta, temperature] = ["theta", "temperature"].map((name) => element.querySelector(`input[name=${name}]`));
const guided = element.querySelector("input[name=guided]");
const [forms, draws] = ["form", "n"].map((name) => [...element.querySelectorAll(`input[name^=${name}-]`)]);
const { part, call } = element.querySelector(".knobs").dataset;
const note = element.querySelector(".knob-note");
const asked = {}; // promises of offers, by VAE
let offer = null; // what the VAE that is shown offers
let offered = null; // its name
let shown = {};

const now = () => ({ ...shown, ...props.value });
const chosen = () => offer?.generators.find(({ name }) => name === now().generator);

function send(change) {
  props.value = { ...now(), ...change };
  trigger("input");
  mark();
}

// A form that the generator has: the one that was chosen, else one θ rather than as fitted if a θ was set by hand.
function fitting(name, form) {
  const has = offer.generators.find((each) => each.name === name).forms.filter((each) => forms.some(({ value }) => value === each));
  return has.includes(form) ? form : has[form === "fitted" ? 0 : has.length - 1];
}

async function ask(name) {
  asked[name] ??= server[call](name);
  const answer = await asked[name].catch(() => ({ message: "The server did not answer: load the page again." }));
  if (!answer.generators) {
    delete asked[name];
    note.textContent = answer.message;
    return false;
  }
  [offer, offered] = [answer, name];
  vae.replaceChildren(...answer.vaes.map(({ name: value, title, ready }) => option(value, ready ? title : `${title} (not trained yet)`, !ready)));
  generator.replaceChildren(...answer.generators.map(({ name: value, title }) => option(value, title, false)));
  return true;
}

function option(value, textContent, disabled) {
  return Object.assign(document.createElement("option"), { value, textContent, disabled });
}

async function changeVae(name) {
  if (!(await ask(name))) return mark();
  const { generator: old, form } = now();
  const next = offer.generators.some((each) => each.name === old) ? old : offer.generators[0].name;
  send({ vae: name, generator: next, form: fitting(next, form) });
}

const number = (value) => Number(value).toFixed(2);

function mark() {
  const { vae: name, generator: kind, form, theta: value = 0, n, temperature: heat = 1, guided: guide } = now();
  if (!offer || offered !== name) return;
  const has = chosen() ?? { forms: [], fitted: "" };
  [vae.value, generator.value, guided.checked] = [name, kind, Boolean(guide)];
  for (const radio of forms) {
    radio.checked = radio.value === form;
    disable(radio, !has.forms.includes(radio.value), `${generator.selectedOptions[0]?.textContent} has no such θ`);
  }
  const byHand = form !== "fitted";
  for (const radio of draws) {
    radio.checked = byHand && Number(radio.value) === n;
    disable(radio, !byHand || kind === "full", "n is free only where θ is set by hand, and not for full covariance");
  }
  disable(theta, form !== "one", "θ moves where it is one number set by hand");
  slide(theta, form === "one" ? value : 0, form === "one" ? number(value) : "");
  slide(temperature, heat, number(heat));
  note.textContent = { fitted: `as fitted: ${has.fitted}`, each: "set by the sliders for each dimension", one: "" }[form];
}

function disable(input, off, why) {
  input.disabled = off;
  (input.closest(".radios > label") ?? input).title = off ? why : "";
}

function slide(input, value, told) {
  if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
  input.parentElement.querySelector("output").textContent = told;
  input.setAttribute("aria-valuetext", told);
}

async function show(view) {
  shown = view[part] ?? shown;
  const { vae: name } = now();
  if (name && name !== offered) await ask(name);
  mark();
}

vae.addEventListener("change", () => changeVae(vae.value));
generator.addEventListener("change", () => send({ generator: generator.value, form: fitting(generator.value, now().form) }));
theta.addEventListener("input", () => send({ theta: Number(theta.value) }));
temperature.addEventListener("input", () => send({ temperature: Number(temperature.value) }));
guided.addEventListener("change", () => send({ guided: guided.checked }));
for (const radio of forms) radio.addEventListener("change", () => send({ form: radio.value }));
for (const radio of draws) radio.addEventListener("change", () => send({ n: Number(radio.value) }));
document.addEventListener("stylescape:jump", ({ detail }) => {
  if (part === "knobs") send({ generator: "simple", form: "one", temperature: 1, guided: false, ...detail });
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", () => show(window.stylescapeView ?? {}));
show(window.stylescapeView ?? {});
