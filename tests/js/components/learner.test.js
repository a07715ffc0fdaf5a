// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { inkBox, rowsOf, setText, sized, stature } from "../../../apps/ui/components/learner/typesetting.js";

/** @typedef {import("../../../apps/ui/components/learner/typesetting.js").Glyph} Glyph */

/** @type {Glyph} */
const square = { box: [0, 0, 20, 20] };

test("small letters stand low and some go deep", () => {
  assert.deepEqual(stature("a"), [0.64, 0]);
  assert.deepEqual(stature("g"), [0.92, 0.3]);
  assert.deepEqual(stature("H"), [1, 0]);
  assert.deepEqual(stature("7"), [1, 0]);
});

test("a glyph keeps its shape, and a wide one becomes lower", () => {
  const { tall, wide } = sized("H", square);
  assert.deepEqual([tall, wide], [1, 1]);
  const broad = sized("H", { box: [0, 0, 40, 20] });
  assert.equal(broad.wide, 1.25);
  assert.equal(broad.wide / broad.tall, 2);
});

test("words keep together where a row has room, and no row is wider than it", () => {
  const rows = setText("HH HH HH", () => square, 5);
  assert.deepEqual(
    rows.map((row) => row.length),
    [4, 2],
  );
  for (const row of setText("HHHHHHHHHH", () => square, 3)) {
    assert.ok(row.every(({ x, wide }) => x + wide <= 3));
  }
});

test("a letter without a glyph is a blank of its own width", () => {
  const [[blank]] = setText("?", () => undefined, 5);
  assert.equal(blank.glyph.picture, undefined);
  assert.ok(blank.wide > 0);
});

test("nothing is one empty row", () => {
  assert.deepEqual(rowsOf([], 5), [[]]);
});

test("ink is found in its pixels, with half a pixel around it", () => {
  const data = new Uint8ClampedArray(4 * 8 * 8);
  for (const [x, y] of [
    [2, 3],
    [5, 6],
  ])
    data[4 * (y * 8 + x) + 3] = 255;
  data[3] = 20; // too faint
  assert.deepEqual(inkBox(data, 8), [1.5, 2.5, 5, 5]);
  assert.deepEqual(inkBox(new Uint8ClampedArray(4 * 8 * 8), 8), [0, 0, 8, 8]);
});
