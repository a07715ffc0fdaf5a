// Sheets come in here; the cells that are found on them go to the page's grid.
const [PRINT, WRITERS, CELLS] = props.calls;
const root = element.querySelector(".intake");
const file = root.querySelector("input[type=file]");
const text = root.querySelector("textarea");
const choice = root.querySelector("select");
const button = root.querySelector("[data-do=files]");

function work(what) {
  busy = what;
  wait();
  bar.hidden = !what;
  bar.value = 0;
  button.disabled = choice.disabled = Boolean(what);
}

const hand = (detail) => document.dispatchEvent(new CustomEvent("stylescape:found", { detail }));

async function print(paper) {
  const sheet = await server[PRINT](paper).catch(() => ({ message: NO_ANSWER }));
  if (sheet.message) return say(sheet.message, "error");
  Object.assign(document.createElement("a"), { href: sheet.address, download: sheet.name }).click();
}

function take(files) {
  if (busy || files.length === 0) return;
  if (files.length > props.most) return say(`Expected at most ${props.most} files at a time, got ${files.length}.`, "error");
  const large = files.find((each) => each.size > props.max_bytes);
  if (large) return say(`Expected files of at most ${props.max_bytes / 1e6} MB, got ${large.name.slice(0, 60)} of ${(large.size / 1e6).toFixed(1)} MB.`, "error");
  work("read");
  say("Reading the pages…");
  ask("upload", uploaded(files, text.value));
}

async function uploaded(files, text) {
  const paths = [];
  for (const each of files) paths.push((await upload(unnamed(each, each.type))).path);
  return { paths, text };
}

function receive() {
  const { cells, pages } = answer() ?? {};
  if (cells?.length) hand({ cells, pages });
}

async function writer(number) {
  if (number === "" || busy) return;
  work("fetch");
  const { cells, message } = await server[CELLS](number).catch(() => ({ message: NO_ANSWER }));
  work("");
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
  halt();
  say("");
  text.value = choice.value = "";
});
watch("value", receive);
server[WRITERS]("").then(
  ({ count = 0 }) => choice.append(...Array.from({ length: count }, (_, i) => new Option(`writer ${i + 1}`, i))),
  () => {},
);
