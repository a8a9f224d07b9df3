/** Being paid: the tender, what was handed over, what goes back, what the buyer gives away. */
import { likelyCash, money, readAmount } from "../core/amount.js";
import { requireSale, sumOf } from "../core/cart.js";
import { inOrderOfUse } from "../core/day.js";
import { Refusal } from "../core/refusal.js";
import { byId, h, icon, say, show } from "./dom.js";
import { createPaymentCode } from "./payment_code.js";

export function createPay(app) {
  const { words, state } = app;
  const drawPaymentCode = createPaymentCode(app);
  let tendered = null;
  let change = 0;
  let given = 0;

  /** A new buyer at the till: nothing handed over, nothing given. */
  function begin() {
    requireSale(state.cart);
    tendered = null;
    given = 0;
    byId("tendered").value = "";
    byId("gift").value = "";
    byId("gift-details").open = false;
    const order = inOrderOfUse(app.bootstrap().tenders, state.lastTender);
    state.tender = order[0].tender;
    byId("tenders").replaceChildren(...order.map(card));
    app.views.go("pay");
  }

  function card({ tender, label }) {
    const id = `tender-${tender}`;
    const input = h("input", { class: "choice-input", type: "radio", name: "tender", id, value: tender, checked: tender === state.tender });
    input.addEventListener("change", () => {
      state.tender = tender;
      draw();
    });
    return h("div", { class: "choice-card" }, input, h("label", { class: "choice-card-label", for: id }, icon(tender), h("span", {}, label)));
  }

  const cash = () => state.tender === "cash";
  const gift = () => given + typedGift();
  const due = () => sumOf(state.cart) + gift();

  function typedGift() {
    try {
      return byId("gift").value.trim() ? readAmount(byId("gift").value) : 0;
    } catch {
      return 0;
    }
  }

  function draw() {
    const amount = money(due());
    change = tendered === null ? 0 : tendered - due();
    say("pay-due", amount);
    show("pay-cash", cash());
    show("pay-code", state.tender === "wechat" || state.tender === "alipay");
    say("pay-code-amount", amount);
    drawPaymentCode(state.tender);
    show("gift-said", gift() > 0);
    say("gift-said", gift() > 0 ? words("gift_said", { amount: money(gift()) }) : "");
    drawNotes();
    drawChange();
    drawButtons(amount);
  }

  function drawNotes() {
    const sums = given > 0 ? [] : [null, ...likelyCash(due())];
    byId("notes").replaceChildren(...sums.map(note));
  }

  function note(sum) {
    const label = sum === null ? words("exactly", { amount: money(due()) }) : money(sum);
    return h("button", { class: "button button-secondary note", type: "button", "aria-pressed": String(tendered === sum), onclick: () => hand(sum) }, label);
  }

  function hand(sum) {
    tendered = sum;
    byId("tendered").value = sum === null ? "" : money(sum).slice(1);
    draw();
    byId("notes").querySelector("[aria-pressed=true]")?.focus();
  }

  function drawChange() {
    show("change-row", cash() && change > 0);
    say("change-amount", money(change));
    show("keep-change", cash() && change > 0);
    show("give-change", cash() && given > 0);
  }

  function drawButtons(amount) {
    const electronic = state.tender === "wechat" || state.tender === "alipay";
    say("not-paid", words(electronic ? "not_paid" : "back_to_cart"));
    if (cash() && tendered === null) say("paid-words", words("paid_exact", { amount }));
    else if (cash()) say("paid-words", words("paid_change", { amount: money(tendered) }));
    else say("paid-words", words(electronic ? "paid_seen" : "paid_other", { amount }));
  }

  /** 不用找了: what would have gone back is given. */
  function keepChange() {
    given += change;
    draw();
    byId("give-change").focus();
  }

  function giveChange() {
    given = 0;
    draw();
    byId("keep-change").focus();
  }

  function paid() {
    requireSale(state.cart);
    // Whatever cannot be read in a field is said before anything is fixed.
    if (byId("gift").value.trim()) readAmount(byId("gift").value);
    if (cash() && byId("tendered").value.trim()) tendered = readAmount(byId("tendered").value, { most: 2 * 100_000_000 });
    if (cash() && tendered !== null && tendered < due()) throw new Refusal("tendered_too_little", { due: money(due()) });
    return app.sell({ tender: state.tender, gift: gift(), tendered: cash() ? tendered : null });
  }

  function notPaid() {
    app.views.go("sell");
    app.say(words("said_not_paid"));
  }

  byId("tendered").addEventListener("input", () => {
    try {
      tendered = byId("tendered").value.trim() ? readAmount(byId("tendered").value) : null;
    } catch {
      tendered = null;
    }
    given = 0;
    draw();
  });
  byId("gift").addEventListener("input", draw);
  app.pressing("keep-change", keepChange);
  app.pressing("give-change", giveChange);
  app.pressing("paid", paid);
  app.pressing("not-paid", notPaid);

  return { begin, draw };
}
