// Asks for the rows of a view once they can be seen, and not again until the view is another one.
const hint = element.querySelector(".hint");
const models = element.querySelector(".models");
let shown = null; // the query whose rows are there or asked for

async function show({ query = "", source = "" }) {
  if (shown === query || !element.isConnected || hint.parentElement.offsetParent === null) return;
  shown = query;
  const failed = { message: "The server did not answer: open the tab again." };
  const { rows = [], message = "" } = source ? await server[props.call](query).catch(() => failed) : { message: props.hint };
  if (shown !== query) return;
  hint.textContent = message;
  models.replaceChildren(...rows.map(section));
}

function section({ title, told, address, captions = [] }) {
  const made = document.createElement("section");
  made.append(text("h3", title), text("p", told));
  if (!address) return made;
  const figure = document.createElement("figure");
  const list = document.createElement("ol");
  for (const [caption, right] of captions) {
    const item = text("li", caption);
    item.dataset.right = right;
    list.append(item);
  }
  const alt = `${title}: ${told}`;
  figure.append(Object.assign(new Image(), { src: address, className: "ink", alt }), list);
  made.append(figure);
  return made;
}

function text(tag, content) {
  return Object.assign(document.createElement(tag), { textContent: content });
}

document.addEventListener("stylescape:view", (event) => show(event.detail));
new ResizeObserver(() => show(window.stylescapeView ?? {})).observe(hint.parentElement);
