// @ts-check
// One picture holds all digits; a grid over it marks what was misread, and says what the judges read in the one
// pointed at.

import { views } from "../../shared/channels.js";
import { announce, around, find, findAll, make } from "../../shared/dom.js";
import { answered } from "../../shared/request.js";
import { kindOf, misread, readingOf, sentenceOf, worthOf } from "./readings.js";

/** @import { Ask, Host } from "../../shared/host.d.ts" */
/** @import { Sheet } from "./readings.js" */

const LOST = "The server did not answer: change something.";

/** @param {Host<{}, { other?: Ask<Sheet> }>} host */
export function mount({ element, server }) {
  const root = find(element, ".digit-sheet");
  const image = find(root, "img", HTMLImageElement);
  const list = find(root, "ol");
  const wait = find(root, ".wait");
  const worth = find(root, ".worth");
  const line = find(root, ".message");
  const id = `digit-${Math.random().toString(36).slice(2)}`;
  /** @type {Sheet | null} */
  let sheet = null;
  let pointed = -1;
  let turn = 0;
  /** @type {string | null} */
  let query = null; // of the view, for a sheet that asks the server
  let asking = false;
  /** @type {string | null} */
  let answeredQuery = null; // the one that was asked last

  const count = () => sheet?.asked.length ?? 0;

  /** @param {number} i */
  function point(i) {
    pointed = i < count() ? i : -1;
    list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    if (pointed < 0) list.removeAttribute("aria-activedescendant");
    else {
      list.children[pointed].setAttribute("aria-selected", "true");
      list.setAttribute("aria-activedescendant", list.children[pointed].id);
    }
    line.textContent = sentenceOf(sheet, pointed);
  }

  // The picture is decoded before it is shown, with its marks, so that nothing blinks.
  /** @param {Sheet} next */
  async function show(next) {
    const mine = ++turn;
    await make("img", { src: next.result })
      .decode()
      .catch(() => {});
    if (mine !== turn) return;
    sheet = next;
    image.src = next.result;
    image.alt = `${next.asked.length} digits`;
    image.hidden = false;
    root.dataset.empty = "false";
    wait.textContent = "";
    root.style.setProperty("--across", String(next.across));
    root.style.setProperty("--down", String(Math.ceil(next.asked.length / next.across)));
    resize(list, next.asked.length);
    for (const [i, item] of findAll(list, "li").entries()) mark(item, next, i, id);
    worth.textContent = worthOf(next);
    point(pointed);
    announce(element, next);
  }

  // A sheet of its own: the last query counts, and only while it can be seen.
  async function ask() {
    if (!server.other || asking || query === null || query === answeredQuery || root.offsetParent === null) return;
    asking = true;
    answeredQuery = query;
    const answer = await answered(server.other(query), LOST);
    asking = false;
    if (answer.result) show(/** @type {Sheet} */ (answer));
    else if (answeredQuery === query) wait.textContent = answer.message ?? "";
    ask();
  }

  /** @param {Event} event */
  const placeOf = (event) => [...list.children].indexOf(around(event, "li") ?? list);
  /** @param {Event} event */
  const pointAt = (event) => placeOf(event) >= 0 && point(placeOf(event));
  list.addEventListener("pointerover", pointAt);
  list.addEventListener("click", pointAt);
  list.addEventListener("focus", () => point(Math.max(pointed, 0)));
  list.addEventListener("keydown", (event) => {
    const to = moved(event.key, pointed, sheet?.across ?? 1, count());
    if (to === null) return;
    event.preventDefault();
    point(to);
  });
  views.follow(element, (view) => {
    if (!server.other) {
      if (view.result) show(/** @type {Sheet} */ (view));
      return;
    }
    query = view.query ?? null;
    ask();
  });
  new ResizeObserver(ask).observe(root);
}

/**
 * Where a key leads from a cell of a grid; null where it leads nowhere.
 * @param {string} key
 * @param {number} from
 * @param {number} across cells to a row
 * @param {number} count of cells
 */
export function moved(key, from, across, count) {
  /** @type {Record<string, number>} */
  const places = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    ArrowDown: from + across,
    ArrowUp: from - across,
    Home: 0,
    End: count - 1,
  };
  const to = places[key];
  return to >= 0 && to < count ? to : null;
}

// Listeners are on the list, so that its cells are nothing but marks.
/**
 * @param {HTMLElement} list
 * @param {number} count
 */
function resize(list, count) {
  while (list.children.length > count) list.lastChild?.remove();
  while (list.children.length < count) list.append(make("li", { role: "option" }));
}

/**
 * @param {HTMLElement} item
 * @param {Sheet} sheet
 * @param {number} i
 * @param {string} id of the sheet
 */
function mark(item, sheet, i, id) {
  item.id = `${id}-${i}`;
  item.dataset.kind = kindOf(sheet, i);
  item.dataset.read = misread(sheet, 0, i);
  item.dataset.other = misread(sheet, 1, i);
  item.setAttribute("aria-label", readingOf(sheet, i));
}
