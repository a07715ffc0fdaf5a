const buttons = [...element.querySelectorAll("button")];
let query = "";

const say = (message, kind = "hint") =>
  document.dispatchEvent(new CustomEvent("stylescape:message", { detail: { message, kind } }));

async function copy() {
  const link = `${location.origin}${location.pathname}?${query}`;
  try {
    await navigator.clipboard.writeText(link);
    say("The link is copied: it reopens exactly this view.");
  } catch {
    window.prompt("Copy this link:", link); // no clipboard without a secure context
  }
}

async function save(kind) {
  const file = await server[props.call](kind, query).catch(() => ({ message: "The file could not be made: try again." }));
  if (file.message) return say(file.message, "error");
  const link = Object.assign(document.createElement("a"), { href: file.address, download: file.name });
  link.click();
}

function show(view) {
  query = view.query ?? "";
  for (const button of buttons) button.disabled = !view.result;
}

element.addEventListener("click", (event) => {
  const kind = event.target.closest("button")?.dataset.kind;
  if (kind) kind === "link" ? copy() : save(kind);
});
document.addEventListener("stylescape:view", (event) => show(event.detail));
show(window.stylescapeView ?? {});
