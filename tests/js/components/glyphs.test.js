// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { inNextRow } from "../../../apps/ui/components/glyphs/rows.js";

/** @param {number} column @param {number} row @param {number} [width] */
const box = (column, row, width = 30) => ({ left: 40 * column, top: 40 * row, bottom: 40 * row + 30, width });
const boxes = [box(0, 0, 110), box(3, 0), box(0, 1), box(1, 1), box(2, 1), box(3, 1), box(0, 2)];

test("down and up lead to what lies nearest in the next row", () => {
  assert.equal(inNextRow(boxes, 1, true), 5);
  assert.equal(inNextRow(boxes, 5, false), 1);
  assert.equal(inNextRow(boxes, 0, true), 3);
  assert.equal(inNextRow(boxes, 2, true), 6);
});

test("beyond the first and the last row there is nothing", () => {
  assert.equal(inNextRow(boxes, 0, false), 0);
  assert.equal(inNextRow(boxes, 6, true), 6);
});
