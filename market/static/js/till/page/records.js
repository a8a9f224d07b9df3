/** What this phone has recorded: the list, one receipt, and undoing one with a reason. */
import { money } from "../core/amount.js";
import { grouped } from "../core/names.js";
import { Refusal } from "../core/refusal.js";
import { changeOf, cleanReason, dueOf } from "../core/row.js";
import { byId, h, icon, say, show } from "./dom.js";
import { slipPicture } from "./slip.js";

const PAGE = 50;

export function createRecords(app) {
  const { words, store } = app;
  let shown = PAGE;
  let open = null;

  async function drawList() {
    const rows = await store.all();
    const byRow = new Map(rows.map((row) => [row.id, row]));
    const undone = undoneIn(rows);
    const [asides, others] = [rows.filter(isAside), rows.filter((row) => !isAside(row))];
    const items = (some) => some.map((row) => item(row, byRow, undone));
    byId("asides").replaceChildren(...items(asides));
    show("aside", asides.length > 0);
    show("aside-told", asides.some((row) => row.state === "aside"));
    byId("rows").replaceChildren(...items(others.slice(0, shown)));
    show("list-empty", rows.length === 0);
    show("rows-more", others.length > shown);
    drawConnection();
  }

  function drawConnection() {
    const { connected, busy, heardAt, turned } = app.outbox.state();
    if (turned) say("list-connection", turned);
    else if (busy) say("list-connection", words("connection_busy"));
    else if (connected) say("list-connection", words("connection_online", { time: app.clockTime(heardAt) }));
    else say("list-connection", words(heardAt ? "connection_offline" : "connection_never"));
  }

  function item(row, byRow, undone) {
    const sale = row.kind === "sale" ? row : byRow.get(row.wire.sale);
    const number = row.kind === "sale" ? row.dayNumber : words("void_row", { number: sale?.dayNumber ?? "" });
    const out = undone.has(row.id);
    return h(
      "li",
      { class: out ? "row row-void" : "row" },
      icon(stateIcon(row)),
      h(
        "div",
        { class: "row-words" },
        h("button", { class: "row-button", type: "button", onclick: () => void openReceipt(sale ?? row) }, number),
        h("p", { class: "row-hint" }, `${app.clockTime(row.at)} · ${stateWords(row, out)}`),
      ),
      row.kind === "sale" && h("span", { class: "money" }, money(dueOf(row.wire))),
    );
  }

  function stateIcon(row) {
    if (row.kind === "void") return "void";
    return { waiting: "upload", sent: "check-circle" }[row.state] ?? "alert";
  }

  function stateWords(row, out) {
    if (row.state === "refused") return words("state_refused", { say: row.say });
    if (isAside(row)) return words("state_aside", { say: row.say || words("aside_wait") });
    const state = words(row.state === "sent" ? "state_sent" : "state_waiting");
    return out ? `${words("state_voided")} · ${state}` : state;
  }

  async function openReceipt(row) {
    const rows = await store.all();
    open = rows.find((one) => one.id === row.id) ?? row;
    const out = undoneIn(rows).has(open.id);
    if (open.kind !== "sale") return;
    drawReceipt(open, out);
    app.views.go("receipt");
    askWhy(false, out);
  }

  function drawReceipt(row, out) {
    const { wire } = row;
    byId("receipt-top").classList.toggle("done-void", out);
    say("receipt-number", row.dayNumber);
    say("receipt-amount", money(dueOf(wire)));
    say("receipt-tender", app.tenderWord(wire.tender));
    byId("receipt-slip").replaceChildren(out ? "" : slipPicture(row, words, { letters: false }));
    say("receipt-code", row.practice || out ? "" : grouped(wire.code));
    show("receipt-hint", Boolean(row.matrix) && !out);
    say("receipt-state", stateWords(row, out));
    byId("receipt-lines").replaceChildren(...linesOf(wire));
    byId("void-reason").value = "";
    askWhy(false, out);
  }

  function linesOf(wire) {
    const line = (name, amount) => h("li", { class: "bill-line" }, h("span", {}, name), h("span", { class: "money" }, amount));
    const lines = wire.lines.map((one) =>
      line(one.quantity > 1 ? words("line_many", { name: one.name, count: one.quantity }) : one.name, money(one.quantity * one.unit_price)),
    );
    if (wire.gift) lines.push(line(words("gift_line"), money(wire.gift)));
    if (wire.tendered !== null) {
      lines.push(line(words("tendered_line", { amount: money(wire.tendered) }), words("change_line", { amount: money(changeOf(wire)) })));
    }
    return lines;
  }

  /** The form has a button of its own; the bar would lie over it. */
  function askWhy(asked, out = false) {
    show("void", asked);
    show("to-void", !asked && !out);
    document.querySelector('[data-actions~="receipt"]').hidden = asked;
  }

  async function undo() {
    const reason = byId("void-reason").value;
    if (!cleanReason(reason)) throw new Refusal("reason_missing");
    if (!(await app.voidSale(open, reason))) return;
    app.say(words("voided", { number: open.dayNumber }));
    drawReceipt(await store.get(open.id), true);
    byId("receipt-heading").focus();
  }

  byId("to-void").addEventListener("click", () => {
    askWhy(true);
    byId("void-reason").focus();
  });
  byId("void-reasons").addEventListener("click", (event) => {
    const button = event.target.closest("[data-reason]");
    if (button) byId("void-reason").value = button.dataset.reason;
  });
  // Enter in the field presses the button.
  byId("void").addEventListener("submit", (event) => event.preventDefault());
  app.pressing("void-now", undo);
  app.pressing("aside-told", async () => {
    await app.told();
    await drawList();
    byId("aside-heading").focus();
  });
  byId("rows-more").addEventListener("click", () => {
    shown += PAGE;
    drawList();
  });

  return { drawList, openReceipt };
}

/** What a person has to look at: set aside by the server, or not even looked at by it. */
function isAside(row) {
  return row.state === "aside" || row.state === "told" || row.state === "refused";
}

function undoneIn(rows) {
  return new Set(rows.filter((row) => row.kind === "void").map((row) => row.wire.sale));
}
