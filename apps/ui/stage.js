// The result, its samples and the strip; the player runs the strip there and back without asking the server.
const STEP_MS = 110;
const HOLD_MS = 600;
const AROUND_MS = 250;
const root = element.querySelector(".stage");
const [result, samples, strip] = ["result", "samples", "strip"].map((name) => root.querySelector(`.${name} img`));
const caption = root.querySelector("figcaption");
const film = root.querySelector(".film");
const cells = [...film.children]; // one for each glyph of a picture
const names = [...root.querySelectorAll(".names li")];
const here = root.querySelector(".here");
const button = root.querySelector("button");
let view = {};
let timer = 0;
let asking = 0;
let asked = -Infinity;

function picture(image, address, text) {
  if (!image) return;
  image.hidden = !address;
  if (address) image.src = address;
  else image.removeAttribute("src");
  image.alt = text;
}

function show(next) {
  const moved = next.around === undefined ? next.result !== view.result || next.way !== view.way : next.around !== view.around;
  view = next;
  if (moved) askAround();
  const shown = Boolean(view.result);
  root.dataset.empty = !shown;
  caption.textContent = view.way ?? "nothing yet";
  picture(result, view.result, shown ? `Result, λ ${view.lam.toFixed(2)} of the way ${view.way}` : "");
  names.forEach((name, digit) => name.toggleAttribute("data-own", digit === view.digit));
  button.disabled = !shown;
  if (!shown) pause();
  if (!timer) point(view.lam ?? 0);
}

// The strip and the samples are the component's own value. They take longer, so they are asked for after the result,
// and not more often than the eye needs while it moves; σ and the seed, which move only them, ask by themselves.
function askAround() {
  clearTimeout(asking);
  const wait = asked + AROUND_MS - performance.now();
  if (wait > 0) {
    asking = setTimeout(askAround, wait);
    return;
  }
  asked = performance.now();
  trigger("select");
}

function surround() {
  const { strip: address, samples: drawn, told = "" } = props.value ?? {};
  if (address === undefined) return;
  picture(strip, address, `${props.steps} pictures ${view.way ?? ""}`);
  picture(samples, drawn, told);
  film.style.setProperty("--strip", address ? `url(${address})` : "none");
}

for (const cell of cells) cell.style.backgroundSize = `${100 * props.steps * props.across}% ${100 * props.down}%`;
const share = (at, count) => (count > 1 ? (100 * at) / (count - 1) : 0);
const point = (lam) => here.style.setProperty("--lam", lam);

function frame(index) {
  const last = props.steps - 1;
  const k = index <= last ? index : 2 * last - index;
  cells.forEach((cell, i) => {
    const column = k * props.across + (i % props.across);
    const row = Math.floor(i / props.across);
    cell.style.backgroundPosition = `${share(column, props.steps * props.across)}% ${share(row, props.down)}%`;
  });
  point(k / last);
  const next = (index + 1) % (2 * last);
  timer = setTimeout(() => frame(next), k === 0 || k === last ? HOLD_MS : STEP_MS);
}

function pause() {
  clearTimeout(timer);
  timer = 0;
  film.hidden = true;
  result.style.visibility = "";
  button.setAttribute("aria-pressed", "false");
  point(view.lam ?? 0);
}

function play() {
  film.hidden = false;
  result.style.visibility = "hidden";
  button.setAttribute("aria-pressed", "true");
  frame(Math.round((view.lam ?? 0) * (props.steps - 1)));
}

button.addEventListener("click", () => (timer ? pause() : play()));
document.addEventListener("stylescape:view", (event) => show(event.detail));
watch("value", surround);
show(window.stylescapeView ?? {});
