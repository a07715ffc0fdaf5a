// Asks the server for what takes it long. The question goes as a file, which the server reads once and deletes;
// `props.value` says where it lies, and brings what comes back: {progress} on the way, {message, kind, …} in the end.
// Who uses this has an element `.told`, a bar, and a function `work(what)` that shows what is being done, "" for nothing.
const PATIENCE_MS = 180_000; // without a word from the server
const NO_ANSWER = "The server did not answer: try again.";
const told = element.querySelector(".told");
const bar = element.querySelector("progress");
let busy = "";
let begun = false; // has the server begun what it can stop?
let turn = 0;
let timer = 0;

function say(message, kind = "hint") {
  told.textContent = message;
  told.dataset.kind = kind;
}

function wait() {
  clearTimeout(timer);
  if (busy) timer = setTimeout(giveUp, PATIENCE_MS);
}

function halt() {
  const running = begun;
  begun = false;
  work("");
  props.value = "{}";
  if (running) trigger("stop");
}

function giveUp() {
  halt();
  say(NO_ANSWER, "error");
}

const unnamed = (content, type) => new File([content], `${Date.now()}-${Math.random().toString(36).slice(2)}`, { type });

// Asks by an event, once the question, or the promise of one, has reached the server; unless it was given up meanwhile.
async function ask(event, question) {
  const mine = ++turn;
  begun = false;
  try {
    const text = JSON.stringify(await question);
    const { path } = await upload(unnamed(text, "application/json"));
    if (mine !== turn || !busy) return;
    props.value = JSON.stringify({ path });
    trigger(event);
  } catch {
    if (mine !== turn || !busy) return;
    work("");
    say("It did not reach the server: try again.", "error");
  }
}

// The server's last word on what was asked, or nothing yet; what was given up is not kept.
function answer() {
  const word = JSON.parse(props.value || "{}");
  if (word.progress === undefined && word.message === undefined) return null;
  if (!busy || word.message !== undefined) props.value = "{}";
  begun = busy !== "" && word.message === undefined;
  if (!busy) {
    if (word.message === undefined) trigger("stop"); // before it began there was nothing to stop
    return null;
  }
  wait();
  if (word.progress !== undefined) bar.value = word.progress;
  if (word.message === undefined) return null;
  work("");
  say(word.message, word.kind);
  return word;
}
