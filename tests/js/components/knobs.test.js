// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { fallbackForm } from "../../../apps/ui/components/knobs/forms.js";

/** @typedef {import("../../../apps/ui/components/knobs/forms.js").Generator} Generator */

test("a generator without the chosen form falls back to one it has", () => {
  /** @type {Generator[]} */
  const generators = [
    { name: "simple", title: "", forms: ["fitted", "one"], fitted: "" },
    { name: "mixture", title: "", forms: ["fitted"], fitted: "" },
    { name: "medium-1", title: "", forms: ["fitted", "each"], fitted: "" },
  ];
  const all = ["fitted", "one", "each"];
  assert.equal(fallbackForm(generators, "simple", "one", all), "one");
  assert.equal(fallbackForm(generators, "mixture", "one", all), "fitted");
  assert.equal(fallbackForm(generators, "medium-1", "one", all), "each");
  assert.equal(fallbackForm(generators, "medium-1", "each", ["fitted", "one"]), "fitted");
});
