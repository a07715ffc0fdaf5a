// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, fault, isUsable, noteOf } from "../../../apps/ui/components/cells/statuses.js";

test("cells that can be learned from are counted, and those to look at", () => {
  const cells = ["ok", "ok", "suspicious", "empty", "skipped"].map((status) => ({ label: "a", glyph: "", status }));
  assert.equal(countOf(cells), "2 of 5 can be learned from, 1 to look at");
  assert.equal(countOf([]), "No characters yet");
  assert.equal(isUsable({ label: "ö", glyph: "", status: "ok" }), false);
  assert.equal(noteOf(cells[3]), ", empty");
});

test("a label that is none is refused with what was expected", () => {
  assert.equal(fault("Q"), "");
  assert.equal(fault("ö"), "Expected a digit or a letter from A to Z, got “ö”.");
  assert.equal(fault(""), "Say which character it is.");
});
