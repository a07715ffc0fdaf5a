const field = element.querySelector("input");
const FACES = 10_000; // of the dice: seeds that are short to tell

function send(seed) {
  props.value = seed;
  trigger("input");
  mark();
}

function mark() {
  if (document.activeElement !== field) field.value = props.value ?? 0;
}

field.addEventListener("input", () => field.value !== "" && field.validity.valid && send(Number(field.value)));
field.addEventListener("blur", mark);
element.querySelector("button").addEventListener("click", () => send(Math.floor(Math.random() * FACES)));
watch("value", mark);
mark();
