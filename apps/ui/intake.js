// Sheets come in here; the cells that are found on them go to the page's grid.
const [PRINT, WRITERS, CELLS] = props.calls;
const root = element.querySelector(".intake");
const file = root.querySelector("input[type=file]");
const text = root.querySelector("textarea");
const bar = root.querySelector("progress");
const told = root.querySelector(".told");
const choice = root.querySelector("select");
const button = root.querySelector("[data-do=files]");
const PATIENCE_MS = 180_000; // without a word from the server
let busy = false;
let timer = 0;

function say(message, kind = "hint") {
  told.textContent = message;
  told.dataset.kind = kind;
}

function work(on) {
  busy = on;
  wait();
  bar.hidden = !on;
  bar.value = 0;
  button.disabled = choice.disabled = on;
}

function wait() {
  clearTimeout(timer);
  if (busy) timer = setTimeout(giveUp, PATIENCE_MS);
}

function giveUp() {
  work(false);
  say("The server did not answer: try again.", "error");
}

const hand = (detail) => document.dispatchEvent(new CustomEvent("stylescape:found", { detail }));

async function print(paper) {
  const sheet = await server[PRINT](paper).catch(() => ({ message: "The server did not answer: try again." }));
  if (sheet.message) return say(sheet.message, "error");
  Object.assign(document.createElement("a"), { href: sheet.address, download: sheet.name }).click();
}

async function take(files) {
  if (busy || files.length === 0) return;
  if (files.length > props.most) return say(`Expected at most ${props.most} files at a time, got ${files.length}.`, "error");
  const large = files.find((each) => each.size > props.max_bytes);
  if (large) return say(`Expected files of at most ${props.max_bytes / 1e6} MB, got ${large.name.slice(0, 60)} of ${(large.size / 1e6).toFixed(1)} MB.`, "error");
  work(true);
  say("Reading the pages…");
  try {
    const paths = [];
    for (const each of files) paths.push((await upload(new File([each], unique(), { type: each.type }))).path);
    const asked = new File([JSON.stringify({ paths, text: text.value })], unique(), { type: "application/json" });
    props.value = JSON.stringify({ path: (await upload(asked)).path });
    trigger("upload");
  } catch {
    work(false);
    say("The files did not reach the server: try again.", "error");
  }
}
const unique = () => `${Date.now()}-${Math.random().toString(36).slice(2)}`;

function receive() {
  const { progress, message, kind, cells, pages } = JSON.parse(props.value || "{}");
  if (!busy || (progress === undefined && message === undefined)) return;
  wait();
  if (progress !== undefined) bar.value = progress;
  if (message === undefined) return;
  work(false);
  say(message, kind);
  props.value = "{}";
  if (cells?.length) hand({ cells, pages });
}

async function writer(number) {
  if (number === "" || busy) return;
  work(true);
  const { cells, message } = await server[CELLS](number).catch(() => ({ message: "The server did not answer: try again." }));
  work(false);
  if (message) return say(message, "error");
  say(`Writer ${Number(number) + 1}, as the model draws what they wrote.`);
  hand({ cells, instead: true });
}

root.addEventListener("click", ({ target }) => {
  const { print: paper, do: what } = target.closest("button")?.dataset ?? {};
  if (paper) print(paper);
  else if (what) file.click();
});
file.addEventListener("change", () => {
  take([...file.files]);
  file.value = "";
});
choice.addEventListener("change", () => writer(choice.value));
root.addEventListener("dragover", (event) => {
  event.preventDefault();
  root.classList.add("dropping");
});
root.addEventListener("dragleave", () => root.classList.remove("dropping"));
root.addEventListener("drop", (event) => {
  event.preventDefault();
  root.classList.remove("dropping");
  take([...event.dataTransfer.files]);
});
document.addEventListener("stylescape:forget", () => {
  work(false);
  say("");
  text.value = choice.value = "";
  props.value = "{}";
});
watch("value", receive);
server[WRITERS]("").then(
  ({ count = 0 }) => choice.append(...Array.from({ length: count }, (_, i) => new Option(`writer ${i + 1}`, i))),
  () => {},
);
