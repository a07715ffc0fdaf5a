// @ts-check
// Elements: find them, make them, and hear what is done to them.

const SVG = "http://www.w3.org/2000/svg";

/**
 * The first element that a selector names.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [kind] of element
 * @returns {T}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof (kind ?? Element))) throw new TypeError(`expected an element ${selector}, got ${found}`);
  return /** @type {T} */ (found);
}

/**
 * All elements that a selector names.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [_kind] of element
 * @returns {T[]}
 */
export function findAll(root, selector, _kind) {
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * The element around an event's target that a selector names, if there is one.
 * @param {Event} event
 * @param {string} selector
 */
export function around(event, selector) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return /** @type {HTMLElement | null} */ (found);
}

/**
 * The buttons of a component by what they do, their `data-do`.
 * @param {ParentNode} root
 * @returns {Record<string, HTMLButtonElement>}
 */
export function buttonsOf(root) {
  return Object.fromEntries(findAll(root, "[data-do]", HTMLButtonElement).map((each) => [each.dataset.do, each]));
}

/**
 * Does what the buttons of a component say when they are clicked.
 * @param {HTMLElement} root
 * @param {Record<string, () => unknown>} actions by `data-do`
 */
export function onButtons(root, actions) {
  root.addEventListener("click", (event) => actions[around(event, "[data-do]")?.dataset.do ?? ""]?.());
}

/**
 * An element with properties and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[NoInfer<K>]>} [properties]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * An element of an SVG with attributes.
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * A picture of ink.
 * @param {string} src
 * @param {string} alt
 */
export function ink(src, alt) {
  return make("img", { src, alt, className: "ink" });
}

/**
 * Shows a message in a line of its own.
 * @param {HTMLElement} line
 * @param {string} message
 * @param {string} [kind]
 */
export function showMessage(line, message, kind = "hint") {
  line.dataset.kind = kind;
  if (line.textContent !== message) line.textContent = message; // said aloud once
}

/**
 * Fires an event of a component for the page around it: it shows a new view.
 * @param {HTMLElement} element
 * @param {object} view
 */
export function announce(element, view) {
  element.dispatchEvent(new CustomEvent("stylescape:shown", { bubbles: true, detail: view }));
}

/**
 * Lets files be dropped on an element, which is marked while they are held over it.
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} take
 */
export function onDrop(element, take) {
  element.addEventListener("dragover", (event) => {
    event.preventDefault();
    element.classList.add("dropping");
  });
  element.addEventListener("dragleave", () => element.classList.remove("dropping"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("dropping");
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * Takes the files that are chosen in a field, which is empty afterwards, so that the same can be chosen again.
 * @param {HTMLInputElement} field
 * @param {(files: File[]) => void} take
 */
export function onFiles(field, take) {
  field.addEventListener("change", () => {
    take([...(field.files ?? [])]);
    field.value = "";
  });
}
