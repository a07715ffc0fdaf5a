// @ts-check
// Files on their way to the server and to the visitor's disk.

import { make } from "./dom.js";

const KEPT_MS = 10_000; // a file is written by then

/**
 * A file to upload, whose name says nothing of the visitor.
 * @param {BlobPart} content
 * @param {string} type
 */
export function unnamed(content, type) {
  return new File([content], `${Date.now()}-${Math.random().toString(36).slice(2)}`, { type });
}

/**
 * Saves what lies at an address.
 * @param {string} address
 * @param {string} name
 */
export function save(address, name) {
  make("a", { href: address, download: name }).click();
}

/**
 * Saves what the page has made.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const address = URL.createObjectURL(blob);
  save(address, name);
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/**
 * A file's size in words, or its bound.
 * @param {number} bytes
 * @param {number} [digits] after the point
 */
export function megabytes(bytes, digits) {
  const size = bytes / 1e6;
  return `${digits === undefined ? size : size.toFixed(digits)} MB`;
}
