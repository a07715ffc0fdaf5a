// @ts-check
// Asks for the rows of a view once they can be seen, and not again until the view is another one.

import { views } from "../../shared/channels.js";
import { find, ink, make } from "../../shared/dom.js";
import { answered } from "../../shared/request.js";

/** @import { Ask, Host } from "../../shared/host.d.ts" */
/** @typedef {{ title: string, note: string, address?: string, captions?: [caption: string, isRight: boolean][] }} Row */

const LOST = "The server did not answer: open the tab again.";

/** @param {Host<{ hint: string }, { rows: Ask<{ rows: Row[] }> }>} host */
export function mount({ element, props, server }) {
  const root = find(element, ".comparison");
  const hint = find(root, ".hint");
  const models = find(root, ".models");
  /** @type {string | null} */
  let shown = null; // the query whose rows are there or asked for

  async function show() {
    const { query = "", source = "" } = views.last ?? {};
    if (shown === query || !element.isConnected || root.offsetParent === null) return;
    shown = query;
    const { rows = [], message = "" } = source ? await answered(server.rows(query), LOST) : { message: props.hint };
    if (shown !== query) return;
    hint.textContent = message;
    models.replaceChildren(...rows.map(section));
  }

  views.follow(element, show);
  new ResizeObserver(show).observe(root);
}

/** @param {Row} row */
function section({ title, note, address, captions = [] }) {
  const made = make("section", {}, make("h3", { textContent: title }), make("p", { textContent: note }));
  if (!address) return made;
  const items = captions.map(([textContent, isRight]) => {
    const item = make("li", { textContent });
    item.dataset.right = String(isRight);
    return item;
  });
  made.append(make("figure", {}, ink(address, `${title}: ${note}`), make("ol", {}, ...items)));
  return made;
}
