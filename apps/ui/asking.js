// Asks the server for what takes it long. The question goes as a file, which the server reads once and deletes;
// `props.value` says where it lies, and brings what comes back: {progress} on the way, {message, kind, …} in the end.
// Who uses this has an element `.told`, a bar, and two functions: `work(what)` shows what is being done, and `halt()`
// gives it up.
const PATIENCE_MS = 180_000; // without a word from the server
const NO_ANSWER = "The server did not answer: try again.";
const told = element.querySelector(".told");
const bar = element.querySelector("progress");
let busy = "";
let timer = 0;

function say(message, kind = "hint") {
  told.textContent = message;
  told.dataset.kind = kind;
}

function wait() {
  clearTimeout(timer);
  if (busy) timer = setTimeout(giveUp, PATIENCE_MS);
}

function giveUp() {
  halt();
  say(NO_ANSWER, "error");
}

const unnamed = (content, type) => new File([content], `${Date.now()}-${Math.random().toString(36).slice(2)}`, { type });

async function sent(question) {
  const { path } = await upload(unnamed(JSON.stringify(question), "application/json"));
  return JSON.stringify({ path });
}

// The server's last word on what was asked, or nothing yet.
function answer() {
  const word = JSON.parse(props.value || "{}");
  if (!busy || (word.progress === undefined && word.message === undefined)) return null;
  wait();
  if (word.progress !== undefined) bar.value = word.progress;
  if (word.message === undefined) return null;
  props.value = "{}";
  work("");
  say(word.message, word.kind);
  return word;
}
