// @ts-check

import { answered } from "./request.js";

/** @import { Ask } from "./host.d.ts" */

/**
 * Offers the known writers, once the server has said how many there are.
 * @param {HTMLSelectElement} choice
 * @param {Ask<{ count: number }>} writers
 */
export async function addWriters(choice, writers) {
  const { count = 0 } = await answered(writers(""));
  choice.append(...Array.from({ length: count }, (_, i) => new Option(`writer ${i + 1}`, String(i))));
}
