// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, lensPlace, middleOf, nearest, onMap, placeOf } from "../../../apps/ui/components/map/places.js";

const dots = {
  xy: Uint16Array.from([0, 0, 65535, 65535, 32768, 0, 65535, 0]),
  labels: Uint8Array.from([1, 1, 1, 2]),
};

test("dots lie within the margin of the map", () => {
  assert.deepEqual(placeOf(dots, 1), [1, 1]);
  assert.deepEqual(onMap([0, 1], 500), [18, 482]);
});

test("the nearest dot is found if one is near, and of one class if that is asked for", () => {
  assert.equal(nearest(dots, [480, 20], 500, 14, null), 3);
  assert.equal(nearest(dots, [480, 20], 500, 14, 1), -1);
  assert.equal(nearest(dots, [250, 250], 500, 14, null), -1);
});

test("a class is named at the median of its dots", () => {
  assert.deepEqual(middleOf(dots, 1), [32768 / 65535, 0]);
  assert.equal(middleOf(dots, 7), null);
});

test("all classes have colours of their own, in light and dark", () => {
  for (const isDark of [false, true]) {
    assert.equal(new Set(Array.from({ length: 62 }, (_, label) => colourOf(label, isDark))).size, 62);
  }
});

test("a lens stays in its frame, and above what it magnifies where there is room", () => {
  assert.deepEqual(lensPlace([5, 20], 500), [50, 34]);
  assert.deepEqual(lensPlace([499, 300], 500), [450, 188]);
});
