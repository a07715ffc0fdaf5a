// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { searchWith } from "../../../apps/ui/components/status/address.js";

test("the address keeps what Gradio has in it and takes the view's query", () => {
  assert.equal(searchWith("?__theme=dark&seed=3", "seed=7&lambda=0.5"), "__theme=dark&seed=7&lambda=0.5");
  assert.equal(searchWith("?seed=3", ""), "");
  assert.equal(searchWith("", "glyph=a%2Bb"), "glyph=a%2Bb");
});
