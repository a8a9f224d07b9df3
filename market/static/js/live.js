/** The live screen's page: asks for what changed, puts it in place, and lets each newly lit wish have its moment. */

import { createJoys, createPolling, newlyLit, timeOf } from "./live/screen.js";

const JOY_SECONDS = 6;

/** Codes celebrated on this screen, kept over a reload; what is lit when it is first opened is not news. */
function createMemory(key, lit, storage) {
  const known = storage.getItem(key);
  const codes = new Set(known ? JSON.parse(known) : lit);
  const keep = () => storage.setItem(key, JSON.stringify([...codes]));
  keep();
  return { codes, add: (code) => (codes.add(code), keep()) };
}

function drawFigures(screen, now) {
  for (const part of screen.querySelectorAll("[data-show]")) {
    const words = now[part.dataset.show];
    if (part.textContent !== words) part.textContent = words;
  }
}

function drawLamp(screen, row, lamp) {
  const look = lamp.state === "lit" ? "lit" : "waiting";
  if (row.dataset.state !== lamp.state) {
    row.className = `live-lamp live-${lamp.state}`;
    const drawn = screen.querySelector(`template[data-look=${look}]`).content.cloneNode(true);
    row.querySelector("[data-part=lantern]").replaceChildren(drawn);
    row.dataset.state = lamp.state;
  }
  row.querySelector("rect")?.setAttribute("height", String(lamp.percent));
  row.querySelector("[data-part=words]").textContent = lamp.words;
  row.querySelector("[data-part=word]").textContent = lamp.word;
}

/** Puts lamps in place; false where others are planned than the page was made with. */
function drawLamps(screen, lamps) {
  const rows = [...screen.querySelectorAll("[data-lamps] > [data-code]")];
  if (rows.map((row) => row.dataset.code).join() !== lamps.map((lamp) => lamp.code).join()) return false;
  rows.forEach((row, place) => drawLamp(screen, row, lamps[place]));
  return true;
}

function createJoy(screen) {
  const card = screen.querySelector("[data-joy]");
  return async (lamp) => {
    card.querySelector("[data-joy-words]").textContent = lamp.words;
    card.hidden = false;
    await new Promise((done) => setTimeout(done, JOY_SECONDS * 1000));
    card.hidden = true;
  };
}

function start(screen) {
  const lit = [...screen.querySelectorAll("[data-code][data-state=lit]")].map((row) => row.dataset.code);
  const memory = createMemory(`live ${screen.dataset.market}`, lit, sessionStorage);
  const joys = createJoys(createJoy(screen));
  const asOf = screen.querySelector("[data-as-of]");
  let last = Date.now();
  const say = (which) => {
    asOf.textContent = asOf.dataset[which].replace("{time}", timeOf(last));
    screen.classList.toggle("live-lost", which === "lost");
  };
  createPolling({
    every: Number(screen.dataset.every),
    random: Math.random,
    wait: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    async ask() {
      const answer = await fetch(screen.dataset.live, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    },
    draw(now) {
      last = Date.now();
      say("fresh");
      drawFigures(screen, now);
      const news = newlyLit(now, memory.codes);
      news.forEach((lamp) => memory.add(lamp.code));
      const inPlace = drawLamps(screen, now.lamps);
      // Another plan: the page is made anew, after the joys that are due.
      joys.add(news).then(() => inPlace || location.reload());
    },
    lost: () => say("lost"),
  });
}

const screen = document.querySelector("[data-live]");
if (screen) start(screen);
