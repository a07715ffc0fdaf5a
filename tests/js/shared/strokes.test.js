// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { extend, onGrid, placeIn } from "../../../apps/ui/shared/strokes.js";

test("places lie on a grid of half units", () => {
  assert.equal(onGrid(1.26), 1.5);
  assert.equal(onGrid(1.24), 1);
});

test("a place of the screen becomes a place of the pad, however large the pad is shown", () => {
  const box = { left: 100, top: 50, width: 512, height: 512 };
  assert.deepEqual(placeIn(box, { clientX: 100, clientY: 50 }), [0, 0]);
  assert.deepEqual(placeIn(box, { clientX: 612, clientY: 306 }), [256, 128]);
  assert.deepEqual(placeIn({ ...box, width: 128, height: 128 }, { clientX: 132, clientY: 82 }), [64, 64]);
});

test("a point too near to the last one is not kept, except the last of a stroke", () => {
  const stroke = { w: 14, p: [10, 10] };
  extend(stroke, [11, 10]);
  assert.deepEqual(stroke.p, [10, 10]);
  extend(stroke, [11, 10], 0);
  assert.deepEqual(stroke.p, [10, 10, 11, 10]);
  extend(stroke, [11, 10], 0);
  assert.deepEqual(stroke.p, [10, 10, 11, 10]);
  extend(stroke, [11, 12]);
  assert.deepEqual(stroke.p.slice(-2), [11, 12]);
});
