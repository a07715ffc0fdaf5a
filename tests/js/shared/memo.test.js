// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { memo } from "../../../apps/ui/shared/memo.js";

test("a good answer is asked for once, also while it is on its way", async () => {
  let asked = 0;
  const get = memo(
    async (/** @type {string} */ key) => ({ key, number: ++asked }),
    () => true,
  );
  const [first, second] = await Promise.all([get("a"), get("a")]);
  assert.equal(first, second);
  assert.equal((await get("a"))?.number, 1);
  assert.equal((await get("b"))?.number, 2);
});

test("what failed is asked again", async () => {
  let asked = 0;
  const get = memo(
    async (/** @type {number} */ _) => {
      asked++;
      if (asked === 1) throw new Error("no answer");
      return { address: asked === 2 ? "" : "data:" };
    },
    ({ address }) => address !== "",
  );
  assert.equal(await get(7), undefined);
  assert.deepEqual(await get(7), { address: "" });
  assert.deepEqual(await get(7), { address: "data:" });
  await get(7);
  assert.equal(asked, 3);
});
