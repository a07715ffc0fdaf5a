// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { base64Of, bytesOf } from "../../../apps/ui/shared/base64.js";

test("bytes survive base64, more of them than a call takes arguments", () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
  assert.deepEqual(bytesOf(base64Of(bytes)), bytes);
});

test("it is the base64 of others", () => {
  assert.equal(base64Of(new Uint8Array([104, 105])), Buffer.from("hi").toString("base64"));
  assert.equal(base64Of(new Uint8Array()), "");
});
