import assert from "node:assert/strict";
import { test } from "node:test";
import { createJoys, createPolling, newlyLit, pause, timeOf } from "../../market/static/js/live/screen.js";

const lamp = (code, state) => ({ code, state });

test("a wish has its moment once: when it is lit and was not before", () => {
  const now = { lamps: [lamp("W-1", "lit"), lamp("W-2", "expected"), lamp("W-3", "lit")] };
  assert.deepEqual(newlyLit(now, new Set(["W-1"])), [lamp("W-3", "lit")]);
  assert.deepEqual(newlyLit(now, new Set(["W-1", "W-3"])), []);
});

test("a lost network is asked after less and less often, within a minute and a half", () => {
  assert.equal(pause(5, 0, 0.9), 5);
  assert.equal(pause(5, 1, 0.5), 10);
  assert.equal(pause(5, 9, 0.5), 60);
  assert.ok(pause(5, 9, 1) <= 90);
});

test("the time is that of the market's town, wherever the screen's clock thinks it is", () => {
  assert.equal(timeOf(Date.UTC(2026, 10, 21, 6, 32)), "14:32");
  assert.equal(timeOf(Date.UTC(2026, 10, 21, 16, 5)), "00:05");
});

test("joys come one after another", async () => {
  const seen = [];
  const joys = createJoys(async (one) => {
    seen.push(`${one.code} begins`);
    await Promise.resolve();
    seen.push(`${one.code} ends`);
  });
  joys.add([lamp("W-1"), lamp("W-2")]);
  await joys.add([lamp("W-3")]);
  assert.deepEqual(seen, ["W-1 begins", "W-1 ends", "W-2 begins", "W-2 ends", "W-3 begins", "W-3 ends"]);
});

test("what is lost is said, and the next answer is drawn", async () => {
  const answers = [{ lit: "1" }, null, null, { lit: "2" }];
  const told = [];
  const waits = [];
  const polling = createPolling({
    every: 5,
    random: () => 0.5,
    wait: async (milliseconds) => waits.push(milliseconds),
    async ask() {
      const answer = answers.shift();
      if (!answer) throw new Error("no network");
      return answer;
    },
    draw(now) {
      told.push(now.lit);
      if (!answers.length) polling.stop();
    },
    lost: (failures) => told.push(`lost ${failures}`),
  });
  await polling.done;
  assert.deepEqual(told, ["1", "lost 1", "lost 2", "2"]);
  assert.deepEqual(waits, [5000, 5000, 10000, 20000]);
});
