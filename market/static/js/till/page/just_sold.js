/** What was just sold, above the tiles and never in their way: number, slip, change, ten seconds to undo. */
import { money } from "../core/amount.js";
import { changeOf, dueOf } from "../core/row.js";
import { byId, say, show } from "./dom.js";
import { slipPicture } from "./slip.js";

const UNDO_SECONDS = 10;

export function createJustSold(app) {
  const { words } = app;
  let shown = null;

  function reveal(row, cart) {
    hide();
    shown = { row, cart, left: UNDO_SECONDS };
    const change = changeOf(row.wire);
    say("just-number", row.dayNumber);
    say("just-amount", money(dueOf(row.wire)));
    say("just-tender", app.tenderWord(row.wire.tender));
    byId("just-slip").replaceChildren(slipPicture(row, words));
    show("just-change", change > 0);
    say("just-change-amount", money(change));
    show("just-sold", true);
    app.views.go("sell");
    byId("just-said").focus({ preventScroll: true });
    tick();
  }

  function hide() {
    clearTimeout(shown?.bell);
    shown = null;
    show("just-sold", false);
  }

  function tick() {
    say("undo-seconds", shown.left);
    show("undo", shown.left > 0);
    if (shown.left > 0) shown.bell = setTimeout(tick, 1000);
    shown.left -= 1;
  }

  /** The sale is voided, and what was in it lies on the counter again. */
  async function undo() {
    if (!shown) return;
    const { row, cart } = shown;
    if (!(await app.voidSale(row, words("reason_undone")))) return;
    app.setCart(cart);
    app.say(words("undone", { number: row.dayNumber }));
    byId("sell-heading").focus();
  }

  app.pressing("undo", undo);
  byId("just-away").addEventListener("click", () => {
    hide();
    byId("sell-heading").focus();
  });
  return { reveal, hide };
}
