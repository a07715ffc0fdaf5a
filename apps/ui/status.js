// Shows a view's message, hands the view on to the other components, and keeps the address bar in step with it.
const ADDRESS_MS = 250;
const line = element.querySelector("p");
let timer = 0;

function say({ message = "", kind = "hint" }) {
  line.dataset.kind = kind;
  if (line.textContent !== message) line.textContent = message;
}

function follow(query) {
  const kept = new URLSearchParams(location.search);
  for (const key of [...kept.keys()]) if (!key.startsWith("__")) kept.delete(key);
  const search = [kept.toString(), query].filter(Boolean).join("&");
  history.replaceState(history.state, "", `${location.pathname}${search && "?"}${search}${location.hash}`);
  // A Space is shown in a frame; its host takes the query over into the address bar.
  if (window.parent !== window) window.parent.postMessage({ queryString: search }, "https://huggingface.co");
}

function receive() {
  const view = JSON.parse(props.value || "{}");
  say(view);
  if (view.query === undefined) return;
  window.stylescapeView = view;
  document.dispatchEvent(new CustomEvent("stylescape:view", { detail: view }));
  clearTimeout(timer);
  timer = setTimeout(() => follow(view.query), ADDRESS_MS);
}

document.addEventListener("stylescape:message", (event) => say(event.detail));
watch("value", receive);
receive();
