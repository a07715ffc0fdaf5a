// @ts-check
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { answered, NO_ANSWER, Request } from "../../../apps/ui/shared/request.js";

/**
 * A request on a page of its own, with what it fires and shows.
 * @param {(file: File) => Promise<{ path: string }>} [upload]
 */
function page(upload = async () => ({ path: "/tmp/question" })) {
  /** @type {string[]} */
  const fired = [];
  const props = { value: "{}" };
  const line = /** @type {HTMLElement} */ (/** @type {unknown} */ ({ dataset: {}, textContent: "" }));
  const bar = /** @type {HTMLProgressElement} */ ({ value: 0 });
  const host = { props, upload, trigger: (/** @type {string} */ event) => fired.push(event) };
  /** @type {Request<{ cells: number[] }>} */
  const request = new Request(host, { line, bar, changed: () => {} });
  return { request, props, fired, line, bar };
}

test("a question goes as a file and its answer comes in parts", async () => {
  /** @type {File[]} */
  const files = [];
  const { request, props, fired, line, bar } = page(async (file) => {
    files.push(file);
    return { path: "/tmp/question" };
  });
  request.begin("read");
  await request.ask("upload", { text: "ab" });
  assert.deepEqual(JSON.parse(await files[0].text()), { text: "ab" });
  assert.deepEqual(JSON.parse(props.value), { path: "/tmp/question" });
  assert.deepEqual(fired, ["upload"]);
  props.value = '{"progress": 0.5}';
  assert.equal(request.answer(), null);
  assert.equal(bar.value, 0.5);
  props.value = '{"message": "One page.", "kind": "hint", "cells": [1]}';
  assert.deepEqual(request.answer()?.cells, [1]);
  assert.equal(line.textContent, "One page.");
  assert.equal(request.busy, "");
  assert.equal(props.value, "{}");
});

test("what is given up before it reached the server is never asked", async () => {
  const { request, fired } = page();
  request.begin("learn");
  const asking = request.ask("submit", {});
  request.halt();
  await asking;
  assert.deepEqual(fired, []);
});

test("what is given up before the server began is stopped once it begins, and its answer is not kept", async () => {
  const { request, props, fired } = page();
  request.begin("learn");
  await request.ask("submit", {});
  request.halt();
  assert.deepEqual(fired, ["submit"]);
  props.value = '{"progress": 0.1}';
  assert.equal(request.answer(), null);
  assert.deepEqual(fired, ["submit", "stop"]);
  props.value = '{"message": "Learned.", "cells": [1]}';
  assert.equal(request.answer(), null);
  assert.equal(props.value, "{}");
});

test("what is given up once the server has begun is stopped at once", async () => {
  const { request, props, fired } = page();
  request.begin("learn");
  await request.ask("submit", {});
  props.value = '{"progress": 0.1}';
  request.answer();
  request.halt();
  assert.deepEqual(fired, ["submit", "stop"]);
});

test("a question that does not reach the server ends with a message", async () => {
  const { request, line } = page(async () => {
    throw new Error("no connection");
  });
  request.begin("read");
  await request.ask("upload", {});
  assert.equal(request.busy, "");
  assert.equal(line.dataset.kind, "error");
});

test("a server without a word is given up", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { request, line } = page();
  request.begin("read");
  mock.timers.tick(179_000);
  assert.equal(request.busy, "read");
  mock.timers.tick(2_000);
  assert.equal(request.busy, "");
  assert.equal(line.textContent, NO_ANSWER);
  mock.timers.reset();
});

test("where no answer comes there is a message", async () => {
  assert.deepEqual(await answered(Promise.reject(new Error("lost"))), { message: NO_ANSWER, kind: "error" });
});
