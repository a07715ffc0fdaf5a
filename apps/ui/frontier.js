// The chart is drawn anew for each VAE; its marks follow the view.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [400, 262];
const [LEFT, RIGHT, TOP, BOTTOM] = [42, 16, 10, 34];
const JUDGES = ["judge_accuracy", "recon_judge_accuracy"];
const root = element.querySelector(".frontier");
const chart = root.querySelector("svg");
const caption = root.querySelector("figcaption");
const kept = {}; // promises of frontiers, by VAE
let rows = [];
let real = {};
let drawn = null; // the VAE whose frontier is drawn
let bounds = null; // [lowest cosine, highest], [lowest accuracy, 1]
let view = {};
let dragged = false;

chart.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
chart.setAttribute("aria-valuemin", 0);
chart.setAttribute("aria-valuemax", 1);

function made(tag, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

const within = (value, [low, high]) => (Math.min(high, Math.max(low, value)) - low) / (high - low);
const x = (cosine) => LEFT + within(cosine, bounds[0]) * (WIDTH - LEFT - RIGHT);
const y = (accuracy) => HEIGHT - BOTTOM - within(accuracy, bounds[1]) * (HEIGHT - TOP - BOTTOM);
const judged = (row) => JUDGES.map((judge) => row[judge]).filter((share) => share !== undefined);
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function told(row) {
  const [own, flattered] = judged(row);
  return `θ ${row.theta}, n ${row.n}: cosine ${row.cosine.toFixed(3)}, independent judge ${percent(own)}${flattered === undefined ? "" : `, paper's judge ${percent(flattered)}`}`;
}

function measure() {
  const cosines = [...rows.map(({ cosine }) => cosine), ...(real.cosine ? [real.cosine] : [])];
  const shares = [...rows.flatMap(judged), ...(real.judge_accuracy ? [real.judge_accuracy] : [])];
  bounds = [[Math.floor(20 * Math.min(...cosines)) / 20, 1], [Math.floor(20 * Math.min(...shares)) / 20, 1]];
}

function ticks([low, high], count = 6) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((each) => (high - low) / each <= count) ?? 0.2;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

function axes() {
  const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
  const across = ticks(bounds[0]).flatMap((at) => [made("line", { class: "grid", x1: x(at), x2: x(at), y1: TOP, y2: bottom }), made("text", { x: x(at), y: bottom + 14, "text-anchor": "middle" }, at.toFixed(2))]);
  const up = ticks(bounds[1]).flatMap((at) => [made("line", { class: "grid", x1: LEFT, x2: right, y1: y(at), y2: y(at) }), made("text", { x: LEFT - 5, y: y(at) + 4, "text-anchor": "end" }, `${Math.round(100 * at)} %`)]);
  const name = made("text", { x: (LEFT + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "← more diverse · mean cosine similarity");
  return [...across, ...up, name];
}

function draw() {
  measure();
  const along = [...rows].sort((a, b) => a.cosine - b.cosine);
  const line = (judge) => along.filter((row) => row[judge] !== undefined).map((row) => `${x(row.cosine)},${y(row[judge])}`).join(" ");
  const lines = JUDGES.map((judge, place) => made("polyline", { "data-judge": place, points: line(judge) }));
  const dots = rows.flatMap((row) => judged(row).map((share, place) => made("circle", { class: "dot", "data-judge": place, cx: x(row.cosine), cy: y(share), r: 3 })));
  const truth = real.cosine ? [made("path", { "data-judge": "real", d: "M0-6 6 0 0 6-6 0Z", transform: `translate(${x(real.cosine)} ${y(real.judge_accuracy)})` })] : [];
  const marks = made("g", { class: "marks" });
  chart.replaceChildren(...axes(), ...lines, ...dots, ...truth, marks);
  root.querySelector('[data-judge="real"]').hidden = !real.cosine;
  root.querySelector('li[data-judge="real"]').hidden = !real.cosine;
}

// The point of the grid that the knobs stand on, or the nearest; −1 where they are not one θ of the Simple generator.
function here() {
  const { generator, form, theta, n } = view.knobs ?? {};
  if (generator !== "simple" || form !== "one") return -1;
  const distance = (row) => Math.abs(row.theta - theta) + (row.n === n ? 0 : 9);
  return rows.reduce((best, row, i) => (best < 0 || distance(row) < distance(rows[best]) ? i : best), -1);
}

function mark() {
  const marks = chart.querySelector(".marks");
  if (!marks) return;
  const [at, { cosine = null, judges = [] }] = [here(), view];
  const rings = at < 0 ? [] : judged(rows[at]).map((share) => made("circle", { class: "ring", cx: x(rows[at].cosine), cy: y(share), r: 6 }));
  const sheet = cosine === null || !view.result ? [] : judges.map(({ accuracy }, place) => made("circle", { class: "here", "data-place": place, cx: x(cosine), cy: y(accuracy), r: 5 }));
  const rule = sheet.length ? [made("line", { class: "rule", x1: x(cosine), x2: x(cosine), y1: TOP, y2: HEIGHT - BOTTOM })] : [];
  marks.replaceChildren(...rule, ...rings, ...sheet);
  chart.setAttribute("aria-valuenow", (at < 0 ? (cosine ?? 1) : rows[at].cosine).toFixed(3));
  chart.setAttribute("aria-valuetext", at < 0 ? "not on the curve: another generator is chosen" : told(rows[at]));
  caption.textContent = at < 0 ? "Click a point to go to its θ and n." : told(rows[at]);
}

async function show(next) {
  view = next;
  const name = view.source;
  if (name && name !== drawn) {
    kept[name] ??= server[props.call](name);
    const answer = await kept[name].catch(() => ({}));
    if (!answer.rows) delete kept[name];
    if (view.source !== name) return;
    [rows, real, drawn] = [answer.rows ?? [], answer.real ?? {}, name];
    root.dataset.empty = rows.length === 0;
    if (rows.length) draw();
    else caption.textContent = answer.message ?? "The frontier of this VAE has not been measured yet.";
  }
  if (rows.length) mark();
}

function jump(row) {
  if (!row || told(row) === (rows[here()] && told(rows[here()]))) return;
  document.dispatchEvent(new CustomEvent("stylescape:jump", { detail: { theta: row.theta, n: row.n } }));
}

function nearest(event) {
  const box = chart.getBoundingClientRect();
  const scale = WIDTH / box.width;
  const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  const distance = (row) => Math.min(...judged(row).map((share) => Math.hypot(x(row.cosine) - px, y(share) - py)));
  return rows.reduce((best, row) => (!best || distance(row) < distance(best) ? row : best), null);
}

chart.addEventListener("pointerdown", (event) => {
  dragged = true;
  chart.setPointerCapture(event.pointerId);
  jump(nearest(event));
});
chart.addEventListener("pointermove", (event) => dragged && jump(nearest(event)));
for (const end of ["pointerup", "pointercancel"]) chart.addEventListener(end, () => (dragged = false));
chart.addEventListener("keydown", (event) => {
  const at = rows[here()] ?? rows[0];
  const draws = [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b);
  const along = rows.filter(({ n }) => n === at?.n).sort((a, b) => b.theta - a.theta);
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (!at || !step) return;
  event.preventDefault();
  const next = step[0] ? along[along.indexOf(at) + step[0]] : rows.find((row) => row.theta === at.theta && row.n === draws[draws.indexOf(at.n) + step[1]]);
  jump(next);
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
show(window.stylescapeView ?? {});
