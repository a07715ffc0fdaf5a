// One picture holds all digits; a grid over it marks what was misread, and tells the verdicts of the one pointed at.
const root = element.querySelector(".digit-sheet");
const image = root.querySelector("img");
const list = root.querySelector("ol");
const wait = root.querySelector(".wait");
const worth = root.querySelector(".worth");
const told = root.querySelector(".told");
const id = `digit-${Math.random().toString(36).slice(2)}`;
let sheet = {};
let pointed = -1;
let turn = 0;
let query = null; // of the view, for a sheet that asks the server
let asking = false;
let answered = null; // the query that was asked last

const name = (place) => (place === 0 ? "independent judge" : "paper's judge");

function verdicts(i) {
  const reads = sheet.judges.map(({ read, percent }, place) => `${name(place)} read ${read[i]} (${percent[i]} %)`);
  return `asked ${sheet.asked[i]}, ${reads.join(", ")}`;
}

function kind(i) {
  const { read, percent } = sheet.judges[0];
  if (read[i] !== sheet.asked[i]) return "wrong";
  return percent[i] < sheet.sure ? "doubtful" : "right";
}

function mark(item, i) {
  const [first, second] = sheet.judges.map(({ read }) => read[i]);
  item.id = `${id}-${i}`;
  item.dataset.kind = kind(i);
  item.dataset.read = first === sheet.asked[i] ? "" : first;
  item.dataset.other = second === undefined || second === sheet.asked[i] ? "" : second;
  item.setAttribute("aria-label", verdicts(i));
}

// Listeners are on the list, so that cells are nothing but marks.
function cells(count) {
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    list.append(item);
  }
}

function point(i) {
  pointed = i < sheet.asked?.length ? i : -1;
  list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
  if (pointed < 0) list.removeAttribute("aria-activedescendant");
  else {
    list.children[pointed].setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", list.children[pointed].id);
  }
  told.textContent = pointed < 0 ? "Point at a digit to see what the judges read." : `${verdicts(pointed)[0].toUpperCase()}${verdicts(pointed).slice(1)}.`;
}

const percent = (share) => `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;

function tell() {
  const read = sheet.judges.map(({ accuracy }, place) => `${name(place)} ${percent(accuracy)}`);
  const alike = sheet.cosine === null ? "" : `; mean cosine ${sheet.cosine.toFixed(3)}`;
  worth.textContent = `${sheet.title ? `${sheet.title}: ` : ""}read as asked by ${read.join(", ")}${alike}`;
}

// The picture is decoded before it is shown, with its marks, so that nothing blinks.
async function show(next) {
  const mine = ++turn;
  const picture = Object.assign(new Image(), { src: next.result });
  await picture.decode().catch(() => {});
  if (mine !== turn) return;
  sheet = next;
  image.src = next.result;
  image.alt = `${next.asked.length} digits`;
  image.hidden = false;
  root.dataset.empty = false;
  wait.textContent = "";
  root.style.setProperty("--across", next.across);
  root.style.setProperty("--down", Math.ceil(next.asked.length / next.across));
  cells(next.asked.length);
  [...list.children].forEach(mark);
  tell();
  point(pointed);
  document.dispatchEvent(new CustomEvent("stylescape:shown", { detail: next }));
}

// A sheet of its own: the last query counts, and only while it can be seen.
async function ask() {
  if (asking || query === null || query === answered || root.offsetParent === null) return;
  asking = true;
  answered = query;
  const answer = await server[props.call](query).catch(() => ({ message: "The server did not answer: change something." }));
  asking = false;
  if (answer.result) show(answer);
  else if (answered === query) wait.textContent = answer.message;
  ask();
}

function receive(view) {
  if (!props.call) return view.result ? show(view) : undefined;
  query = view.query ?? null;
  ask();
}

const placeOf = ({ target }) => [...list.children].indexOf(target.closest("li"));
list.addEventListener("pointerover", (event) => placeOf(event) >= 0 && point(placeOf(event)));
list.addEventListener("click", (event) => placeOf(event) >= 0 && point(placeOf(event)));
list.addEventListener("focus", () => point(Math.max(pointed, 0)));
list.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: sheet.across, ArrowUp: -sheet.across }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? sheet.asked.length - 1 : pointed + step;
  if (!(to >= 0 && to < (sheet.asked ?? "").length)) return;
  event.preventDefault();
  point(to);
});
document.addEventListener("stylescape:view", (event) => receive(event.detail));
new ResizeObserver(ask).observe(root);
if (window.stylescapeView) receive(window.stylescapeView);
