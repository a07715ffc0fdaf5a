const form = element.querySelector("form");
const how = form.querySelector(".how");
const button = form.querySelector("button");
const bar = form.querySelector("progress");
const told = form.querySelector(".told");
let busy = false;

function show(view) {
  const { vae, generator, form: theta, guided } = view.knobs ?? {};
  how.textContent = vae ? `Ten classes from ${vae}, ${generator}${guided ? ", guided" : ""}, ${{ fitted: "θ as fitted", one: `θ ${view.knobs.theta}, n ${view.knobs.n}`, each: "θ by dimension" }[theta]}, as set in the first tab.` : "";
  button.disabled = busy || !vae;
}

function finish() {
  busy = false;
  bar.hidden = true;
  button.disabled = false;
}

function follow() {
  const { progress, message, file } = props.value ?? {};
  if (!busy || (progress === undefined && message === undefined)) return;
  bar.value = progress ?? 0;
  told.textContent = message ?? "";
  if (file) Object.assign(document.createElement("a"), { href: file.address, download: file.name }).click();
  if (message) finish();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  busy = true;
  button.disabled = true;
  bar.hidden = false;
  bar.value = 0;
  told.textContent = "Making digits…";
  props.value = { each: Number(fields.get("each")), form: fields.get("dataset-form") };
  trigger("submit");
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", follow);
show(window.stylescapeView ?? {});
