// @ts-check
// Sheets come in here; the cells that are found on them go to the page's grid.

import { forgotten, found } from "../../shared/channels.js";
import { around, find, onDrop, onFiles } from "../../shared/dom.js";
import { megabytes, save, unnamed } from "../../shared/files.js";
import { answered, Request } from "../../shared/request.js";
import { addWriters } from "../../shared/writers.js";

/** @import { Ask, Cell, Host, Saved } from "../../shared/host.d.ts" */
/**
 * @typedef {object} Server
 * @property {Ask<Saved>} print a worksheet on a paper
 * @property {Ask<{ count: number }>} writers that are known
 * @property {Ask<{ cells: Cell[] }>} cells of a writer
 */

/** @param {Host<{ value?: string, most: number, max_bytes: number }, Server>} host */
export function mount(host) {
  const { element, props, watch, upload, server } = host;
  const root = find(element, ".intake");
  const file = find(root, "input[type=file]", HTMLInputElement);
  const text = find(root, "textarea", HTMLTextAreaElement);
  const choice = find(root, "select", HTMLSelectElement);
  const button = find(root, "[data-do=files]", HTMLButtonElement);
  const bar = find(root, "progress", HTMLProgressElement);
  /** @type {Request<{ cells: Cell[], pages: string[] }>} */
  const request = new Request(host, {
    line: find(root, ".message"),
    bar,
    changed(busy) {
      bar.hidden = !busy;
      button.disabled = Boolean(busy);
      choice.disabled = Boolean(busy);
    },
  });

  /** @param {string} paper */
  async function print(paper) {
    const { address, name = "", message = "" } = await answered(server.print(paper));
    if (address) save(address, name);
    else request.show(message, "error");
  }

  /** @param {File[]} files */
  function take(files) {
    if (request.busy || files.length === 0) return;
    const fault = faultOf(files, props);
    if (fault) return request.show(fault, "error");
    request.begin("read");
    request.show("Reading the pages…");
    request.ask("upload", uploaded(files, text.value));
  }

  /**
   * @param {File[]} files
   * @param {string} text
   */
  async function uploaded(files, text) {
    const paths = [];
    for (const each of files) paths.push((await upload(unnamed(each, each.type))).path);
    return { paths, text };
  }

  function receive() {
    const { cells, pages } = request.answer() ?? {};
    if (cells?.length) found.send({ cells, pages });
  }

  /** @param {string} number */
  async function takeWriter(number) {
    if (number === "" || request.busy) return;
    request.begin("fetch");
    const { cells, message = "" } = await answered(server.cells(number));
    request.begin("");
    if (!cells) return request.show(message, "error");
    request.show(`Writer ${Number(number) + 1}, as the model draws what they wrote.`);
    found.send({ cells, instead: true });
  }

  root.addEventListener("click", (event) => {
    const { print: paper, do: what } = around(event, "button")?.dataset ?? {};
    if (paper) print(paper);
    else if (what) file.click();
  });
  onFiles(file, take);
  onDrop(root, take);
  choice.addEventListener("change", () => takeWriter(choice.value));
  forgotten.listen(element, () => {
    request.halt();
    request.show("");
    text.value = "";
    choice.value = "";
  });
  watch("value", receive);
  addWriters(choice, server.writers);
}

/**
 * Why some files cannot be taken, or "".
 * @param {{ name: string, size: number }[]} files
 * @param {{ most: number, max_bytes: number }} bounds
 */
export function faultOf(files, { most, max_bytes }) {
  if (files.length > most) return `Expected at most ${most} files at a time, got ${files.length}.`;
  const large = files.find(({ size }) => size > max_bytes);
  if (!large) return "";
  const got = `${large.name.slice(0, 60)} of ${megabytes(large.size, 1)}`;
  return `Expected files of at most ${megabytes(max_bytes)}, got ${got}.`;
}
