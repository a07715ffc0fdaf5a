// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { toggled } from "../../../apps/ui/components/order/order.js";

test("classes are put in and taken out", () => {
  assert.deepEqual(toggled([1, 2], 2), [1]);
  assert.deepEqual(toggled([1], 2), [1, 2]);
});
