// One picture holds all ten digits; each cell shows its part of it.
const SVG = "http://www.w3.org/2000/svg";
const root = element.querySelector(".tens");
const garment = root.querySelector(".worn img");
const title = root.querySelector("figcaption");
const cells = Array.from({ length: 10 }, (_, digit) => cell(digit));
root.querySelector("ol").append(...cells.map(({ item }) => item));
let asked = 0;

function made(tag, className) {
  return Object.assign(document.createElement(tag), { className });
}

function cell(digit) {
  const [item, frame, ink, caption, agreement, doubt] = [made("li", ""), made("div", "frame"), made("span", "ink"), made("p", ""), made("b", ""), made("em", "")];
  ink.style.cssText = `--x:${digit % 5};--y:${Math.floor(digit / 5)}`;
  ink.setAttribute("role", "img");
  const outline = document.createElementNS(SVG, "svg");
  outline.setAttribute("viewBox", "0 0 28 28");
  outline.setAttribute("aria-hidden", "true");
  outline.append(document.createElementNS(SVG, "path"));
  frame.append(ink, outline);
  caption.append(agreement, doubt);
  item.append(frame, caption);
  return { item, ink, path: outline.firstChild, agreement, doubt };
}

function label({ ink, item, agreement, doubt }, digit, { agreement: value = "", told = "" } = {}) {
  const number = value === "" ? "" : value.toFixed(2).replace("-", "−");
  agreement.textContent = number;
  doubt.textContent = told;
  item.dataset.doubtful = Boolean(told);
  ink.setAttribute("aria-label", number ? `${digit}, agreement ${number}${told && `, ${told}`}` : `${digit}`);
}

// The sheet is decoded before it is shown, so that the digits never blink.
async function show(view) {
  if (!view.result) return;
  const turn = ++asked;
  const sheet = Object.assign(new Image(), { src: view.result });
  await sheet.decode().catch(() => {});
  if (turn !== asked) return;
  root.dataset.empty = false;
  root.dataset.overlay = Boolean(view.overlay);
  root.style.setProperty("--sheet-picture", `url(${view.result})`);
  garment.hidden = false;
  if (garment.src !== view.garment) garment.src = view.garment;
  garment.alt = title.textContent = view.title;
  cells.forEach((each, digit) => {
    label(each, digit, view.marks[digit]);
    each.path.setAttribute("d", view.outline);
  });
  document.dispatchEvent(new CustomEvent("stylescape:shown", { detail: view }));
}

document.addEventListener("stylescape:view", (event) => show(event.detail));
show(window.stylescapeView ?? {});
