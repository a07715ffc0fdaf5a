// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { moved, pointOf, rangesOf, scales, sharesOf, ticks } from "../../../apps/ui/components/frontier/scale.js";

const rows = [0.1, 0.5, 1].flatMap((theta) =>
  [1, 2].map((n) => ({ theta, n, cosine: 1 - theta / 2, judge_accuracy: 1 - theta / 10, recon_judge_accuracy: 1 })),
);

test("ticks are round numbers inside the range, few enough to read", () => {
  assert.deepEqual(
    ticks([0.5, 1]).map((at) => at.toFixed(2)),
    ["0.50", "0.60", "0.70", "0.80", "0.90", "1.00"],
  );
  for (const low of [0, 0.05, 0.35, 0.6, 0.85, 0.95]) {
    const found = ticks([low, 1]);
    assert.ok(found.length >= 2 && found.length <= 7, `${low}: ${found}`);
    assert.ok(found[0] >= low - 1e-9 && found[found.length - 1] <= 1 + 1e-9);
  }
});

test("ranges hold all points and end at 1", () => {
  assert.deepEqual(rangesOf(rows), [
    [0.5, 1],
    [0.9, 1],
  ]);
});

test("the scales reach from edge to edge, and what lies outside is held at it", () => {
  const frame = { width: 400, height: 200, left: 40, right: 10, top: 10, bottom: 30 };
  const { x, y } = scales(
    [
      [0.5, 1],
      [0.8, 1],
    ],
    frame,
  );
  assert.deepEqual([x(0.5), x(1), x(0.2)], [40, 390, 40]);
  assert.deepEqual([y(0.8), y(1), y(0)], [170, 10, 170]);
});

test("the judges' shares are those that were measured", () => {
  assert.deepEqual(sharesOf({ cosine: 0.9, judge_accuracy: 0.8 }), [0.8]);
});

test("the knobs stand on the nearest θ of the same n, or nowhere", () => {
  const knobs = { generator: "simple", form: /** @type {const} */ ("one"), theta: 0.6, n: 2 };
  assert.deepEqual(rows[pointOf(rows, knobs)], rows[3]);
  assert.equal(pointOf(rows, { ...knobs, generator: "mixture" }), -1);
  assert.equal(pointOf(rows, { ...knobs, form: "fitted" }), -1);
  assert.equal(pointOf([], knobs), -1);
});

test("arrow keys go along the curve of one n and through n, and end at its ends", () => {
  const at = rows[2]; // θ 0.5, n 1
  assert.equal(moved(rows, at, "ArrowLeft")?.to, rows[4]);
  assert.equal(moved(rows, at, "ArrowRight")?.to, rows[0]);
  assert.equal(moved(rows, at, "ArrowUp")?.to, rows[3]);
  assert.equal(moved(rows, at, "ArrowDown")?.to, undefined);
  assert.equal(moved(rows, at, "Enter"), null);
});
