// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { moved } from "../../../apps/ui/components/digit_sheet/digit_sheet.js";
import {
  HINT,
  kindOf,
  misread,
  readingOf,
  sentenceOf,
  worthOf,
} from "../../../apps/ui/components/digit_sheet/readings.js";

const sheet = {
  result: "data:",
  asked: "123",
  across: 3,
  sure: 90,
  cosine: 0.5,
  judges: [
    { name: "mnist-classifier", accuracy: 2 / 3, read: "127", percent: [99, 70, 95] },
    { name: "mnist-recon-classifier", accuracy: 1, read: "123", percent: [99, 98, 97] },
  ],
};

test("the independent judge's reading is right, doubtful or wrong", () => {
  assert.deepEqual(
    [0, 1, 2].map((i) => kindOf(sheet, i)),
    ["right", "doubtful", "wrong"],
  );
});

test("only what was misread is marked", () => {
  assert.equal(misread(sheet, 0, 2), "7");
  assert.equal(misread(sheet, 1, 2), "");
  assert.equal(misread({ ...sheet, judges: sheet.judges.slice(0, 1) }, 1, 2), "");
});

test("what is read is said in a sentence", () => {
  assert.equal(readingOf(sheet, 2), "asked 3, independent judge read 7 (95 %), paper's judge read 3 (97 %)");
  assert.equal(sentenceOf(sheet, 2).slice(0, 8), "Asked 3,");
  assert.equal(sentenceOf(sheet, -1), HINT);
  assert.equal(sentenceOf(null, 2), HINT);
});

test("what a sheet is worth", () => {
  assert.equal(worthOf(sheet), "read as asked by independent judge 66.7 %, paper's judge 100 %; mean cosine 0.500");
  assert.match(worthOf({ ...sheet, title: "MMD", cosine: null }), /^MMD: .*100 %$/);
});

test("arrow keys stay in a grid whose last row may be short", () => {
  assert.equal(moved("ArrowDown", 1, 3, 5), 4);
  assert.equal(moved("ArrowDown", 2, 3, 5), null);
  assert.equal(moved("ArrowLeft", 0, 3, 5), null);
  assert.equal(moved("End", 0, 3, 5), 4);
  assert.equal(moved("a", 0, 3, 5), null);
  assert.equal(moved("Home", -1, 3, 0), null);
});
