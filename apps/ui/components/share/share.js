// @ts-check
// Copies the link to the view, and saves its files, which are made when they are asked for.

import { messages, views } from "../../shared/channels.js";
import { around, findAll } from "../../shared/dom.js";
import { save } from "../../shared/files.js";
import { answered } from "../../shared/request.js";

/** @import { Ask, Host, Saved } from "../../shared/host.d.ts" */

/** @param {Host<{}, { file: Ask<Saved, [kind: string, query: string]> }>} host */
export function mount({ element, server }) {
  const buttons = findAll(element, "button", HTMLButtonElement);
  let query = "";

  /** @param {string} kind */
  async function take(kind) {
    const file = await answered(server.file(kind, query), "The file could not be made: try again.");
    if (file.address) save(file.address, file.name ?? "");
    else messages.send({ message: file.message, kind: "error" });
  }

  element.addEventListener("click", (event) => {
    const kind = around(event, "button")?.dataset.kind;
    if (kind === "link") copy(`${location.origin}${location.pathname}?${query}`);
    else if (kind) take(kind);
  });
  views.follow(element, (view) => {
    query = view.query ?? "";
    for (const button of buttons) button.disabled = !view.result;
  });
}

/** @param {string} link */
async function copy(link) {
  try {
    await navigator.clipboard.writeText(link);
    messages.send({ message: "The link is copied: it reopens exactly this view.", kind: "hint" });
  } catch {
    window.prompt("Copy this link:", link); // no clipboard without a secure context
  }
}
