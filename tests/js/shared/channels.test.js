// @ts-check
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Channel } from "../../../apps/ui/shared/channels.js";

const there = { isConnected: true };

test("those who follow hear the last value, those who listen only what comes", () => {
  /** @type {Channel<number>} */
  const channel = new Channel();
  channel.send(1);
  /** @type {[string, number][]} */
  const heard = [];
  channel.listen(there, (value) => heard.push(["listens", value]));
  channel.follow(there, (value) => heard.push(["follows", value]));
  assert.deepEqual(heard, [["follows", 1]]);
  channel.send(2);
  assert.deepEqual(heard.slice(1), [
    ["listens", 2],
    ["follows", 2],
  ]);
});

test("what has left the page hears nothing", () => {
  /** @type {Channel<number>} */
  const channel = new Channel();
  const element = { isConnected: true };
  /** @type {number[]} */
  const heard = [];
  channel.listen(element, (value) => heard.push(value));
  channel.send(1);
  element.isConnected = false;
  channel.send(2);
  assert.deepEqual(heard, [1]);
});

test("a fault in one component does not keep a value from the others", () => {
  /** @type {Channel<string>} */
  const channel = new Channel("first");
  const complaints = mock.method(console, "error", () => {});
  /** @type {string[]} */
  const heard = [];
  channel.listen(there, () => {
    throw new Error("broken");
  });
  channel.follow(there, (value) => heard.push(value));
  channel.send("second");
  assert.deepEqual(heard, ["first", "second"]);
  assert.equal(complaints.mock.callCount(), 1);
  complaints.mock.restore();
});
