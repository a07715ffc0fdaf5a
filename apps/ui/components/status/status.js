// @ts-check
// Shows a view's message, hands the view on to the other components, and keeps the address bar in step with it.

import { messages, views } from "../../shared/channels.js";
import { find, showMessage } from "../../shared/dom.js";
import { searchWith } from "./address.js";

/** @import { Host, View } from "../../shared/host.d.ts" */

const ADDRESS_MS = 250;

/** @param {Host<{ value?: string }>} host */
export function mount({ element, props, watch }) {
  const line = find(element, ".status");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function receive() {
    /** @type {View} */
    const view = JSON.parse(props.value || "{}");
    const { message = "", kind, query } = view;
    showMessage(line, message, kind);
    if (query === undefined) return;
    views.send(view);
    clearTimeout(timer);
    timer = setTimeout(() => follow(query), ADDRESS_MS);
  }

  messages.listen(element, ({ message = "", kind }) => showMessage(line, message, kind));
  watch("value", receive);
  receive();
}

/** @param {string} query */
function follow(query) {
  const search = searchWith(location.search, query);
  history.replaceState(history.state, "", `${location.pathname}${search && "?"}${search}${location.hash}`);
  // A Space is shown in a frame; its host takes the query over into the address bar.
  if (window.parent !== window) window.parent.postMessage({ queryString: search }, "https://huggingface.co");
}
