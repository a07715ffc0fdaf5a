// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf } from "../../../apps/ui/components/intake/intake.js";

test("too many or too large files are refused with their bounds", () => {
  const bounds = { most: 2, max_bytes: 10_000_000 };
  const file = { name: "page.jpg", size: 1000 };
  assert.equal(faultOf([file, file], bounds), "");
  assert.equal(faultOf([file, file, file], bounds), "Expected at most 2 files at a time, got 3.");
  assert.equal(
    faultOf([file, { name: "large.pdf", size: 10_100_000 }], bounds),
    "Expected files of at most 10 MB, got large.pdf of 10.1 MB.",
  );
});
