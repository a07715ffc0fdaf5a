// What is typed comes first; a click on a digit, or a new count, clears it.
const text = element.querySelector("textarea");
const toggles = [...element.querySelectorAll("[data-digit]")];
const count = element.querySelector("input");
const ALL = toggles.map((_, digit) => digit);
let shown = {};

const now = () => ({ text: "", classes: ALL, count: 10, ...shown, ...props.value });

function send(change) {
  props.value = { ...now(), ...change };
  trigger("input");
  mark();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function mark() {
  const { text: typed, classes, count: each } = now();
  if (document.activeElement !== text) text.value = typed;
  if (document.activeElement !== count) count.value = each;
  for (const [digit, toggle] of toggles.entries()) toggle.setAttribute("aria-pressed", !typed.trim() && classes.includes(digit));
  grow();
}

function toggle(digit) {
  const { text: typed, classes } = now();
  const others = classes.filter((each) => each !== digit);
  send({ text: "", classes: typed.trim() ? [digit] : others.length < classes.length ? others : [...others, digit] });
  text.value = "";
}

text.addEventListener("input", () => send({ text: text.value }));
text.addEventListener("keydown", (event) => event.key === "Escape" && text.blur());
count.addEventListener("input", () => {
  const each = Number(count.value);
  if (Number.isInteger(each) && each >= 1 && each <= Number(count.max)) send({ text: "", count: each });
});
count.addEventListener("blur", mark);
element.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.digit) toggle(Number(button.dataset.digit));
  else if (button) send({ text: "", classes: ALL });
});
document.addEventListener("stylescape:view", (event) => {
  shown = event.detail.order ?? {};
  mark();
});
watch("value", mark);
shown = window.stylescapeView?.order ?? {};
mark();
