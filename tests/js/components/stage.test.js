// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { backgroundPosition, pictureAt } from "../../../apps/ui/components/stage/film.js";

test("a film runs there and back", () => {
  assert.deepEqual(
    Array.from({ length: 9 }, (_, i) => pictureAt(i, 3)),
    [0, 1, 2, 3, 2, 1, 0, 1, 2],
  );
});

test("each glyph of a film shows its part of the strip", () => {
  const strip = { steps: 11, across: 2, down: 5 };
  assert.equal(backgroundPosition(strip, 0, 0), "0% 0%");
  assert.equal(backgroundPosition(strip, 10, 9), "100% 100%");
  assert.equal(backgroundPosition({ steps: 11, across: 1, down: 1 }, 5, 0), "50% 0%");
});
