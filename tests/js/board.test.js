import assert from "node:assert/strict";
import { test } from "node:test";
import { createBoard } from "../../market/static/js/board.js";
import { handOver } from "../../market/static/js/copy.js";

function world(answers, { busy = () => false } = {}) {
  const drawn = [];
  const said = [];
  const board = createBoard({
    first: null,
    async load() {
      const next = answers.shift();
      if (next === null) throw new Error("no network");
      return { text: next, at: answers.length };
    },
    draw: (text) => drawn.push(text),
    busy,
    say: (how, at) => said.push([how, at]),
  });
  return { board, drawn, said };
}

test("what has not changed is not drawn again", async () => {
  const { board, drawn } = world(["a", "a", "b"]);
  for (let turn = 0; turn < 3; turn += 1) await board.refresh();
  assert.deepEqual(drawn, ["a", "b"]);
});

test("a lost network is said, with the time of what is shown", async () => {
  const { board, drawn, said } = world(["a", null, "a"]);
  for (let turn = 0; turn < 3; turn += 1) await board.refresh();
  assert.deepEqual(drawn, ["a"]);
  assert.deepEqual(said, [["live", 2], ["lost", 2], ["live", 0]]);
});

test("nothing moves under whoever is reading in it; it is drawn when they have left", async () => {
  let reading = true;
  const { board, drawn } = world(["a", "a"], { busy: () => reading });
  await board.refresh();
  assert.deepEqual(drawn, []);
  reading = false;
  await board.refresh();
  assert.deepEqual(drawn, ["a"]);
});

test("words are copied, or selected where no page may copy", async () => {
  const copied = [];
  const clipboard = { writeText: async (text) => copied.push(text) };
  assert.equal(await handOver("您好", { clipboard }), "copied");
  assert.deepEqual(copied, ["您好"]);
  let selected = 0;
  const closed = { clipboard: undefined, select: () => (selected += 1) };
  assert.equal(await handOver("您好", { ...closed, command: () => true }), "copied");
  assert.equal(await handOver("您好", { ...closed, command: () => false }), "selected");
  assert.equal(selected, 2);
});
