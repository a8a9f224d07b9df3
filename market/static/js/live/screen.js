/** What a live screen knows: which wishes are newly lit, when to ask again, what time its figures belong to. */

const MOST_PAUSE = 60;

/** The lamps of `now` that are lit and were not celebrated before, in their order. */
export function newlyLit(now, celebrated) {
  return now.lamps.filter((lamp) => lamp.state === "lit" && !celebrated.has(lamp.code));
}

/** Seconds until the next question: doubled with each failure in a row, with some chance in it, a minute at most. */
export function pause(every, failures, chance) {
  const longer = Math.min(every * 2 ** Math.min(failures, 5), MOST_PAUSE);
  return failures ? longer * (0.75 + chance / 2) : longer;
}

/** "14:32" on the clock of the market's town, of a moment in milliseconds. */
export function timeOf(moment, zone = "Asia/Shanghai") {
  const parts = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
  return parts.format(moment);
}

/** Joys one after another: `show` gives a promise that ends with its moment. */
export function createJoys(show) {
  let last = Promise.resolve();
  return {
    add(lamps) {
      for (const lamp of lamps) last = last.then(() => show(lamp));
      return last;
    },
  };
}

/** Asks again and again: `ask` gives what there is now or throws; `draw(now)` and `lost()` are told. Gives its stopping. */
export function createPolling({ every, ask, draw, lost, wait, random }) {
  let failures = 0;
  let going = true;
  const done = (async () => {
    while (going) {
      await wait(pause(every, failures, random()) * 1000);
      if (!going) break;
      try {
        const now = await ask();
        failures = 0;
        draw(now);
      } catch {
        failures += 1;
        lost(failures);
      }
    }
  })();
  return { done, stop: () => (going = false) };
}
