// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { asksFor, History } from "../../../apps/ui/shared/history.js";

test("undo and redo go through all states", () => {
  /** @type {History<string>} */
  const history = new History();
  let now = "a";
  for (const next of ["b", "c"]) {
    history.record(now);
    now = next;
  }
  const back = [];
  for (let before = history.undo(now); before; before = history.undo(now)) {
    now = before;
    back.push(now);
  }
  assert.deepEqual(back, ["b", "a"]);
  assert.equal(history.canUndo, false);
  now = history.redo(now) ?? "";
  assert.equal(now, "b");
  assert.equal(history.redo(now), "c");
  assert.equal(history.canRedo, false);
});

test("a change drops what was undone", () => {
  /** @type {History<number>} */
  const history = new History();
  history.record(1);
  history.undo(2);
  history.record(1);
  assert.equal(history.canRedo, false);
  assert.equal(history.redo(3), undefined);
});

test("the oldest states go first", () => {
  /** @type {History<number>} */
  const history = new History(2);
  for (const state of [1, 2, 3]) history.record(state);
  assert.deepEqual([history.undo(4), history.undo(3), history.undo(2)], [3, 2, undefined]);
});

test("keys ask for undo and redo", () => {
  const key = { key: "z", ctrlKey: true, metaKey: false, shiftKey: false };
  assert.equal(asksFor(key), "undo");
  assert.equal(asksFor({ ...key, shiftKey: true, key: "Z" }), "redo");
  assert.equal(asksFor({ ...key, ctrlKey: false, metaKey: true, key: "y" }), "redo");
  assert.equal(asksFor({ ...key, ctrlKey: false }), null);
  assert.equal(asksFor({ ...key, key: "x" }), null);
});
