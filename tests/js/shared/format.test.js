// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { capitalised, percent, signed } from "../../../apps/ui/shared/format.js";

test("numbers have two digits and a minus sign of its full width", () => {
  assert.equal(signed(-0.5), "−0.50");
  assert.equal(signed(1), "1.00");
});

test("shares are in per cent", () => {
  assert.equal(percent(0.875), "88 %");
  assert.equal(percent(0.875, 1), "87.5 %");
});

test("sentences begin with a large letter", () => {
  assert.equal(capitalised("asked 3"), "Asked 3");
  assert.equal(capitalised(""), "");
});
