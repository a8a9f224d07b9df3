/** The till on a phone: its state, what can be done with it, and the views that show it. */
import { money } from "./core/amount.js";
import { added, EMPTY, piecesOf, priceOf, repriced, stillOnSale, sumOf } from "./core/cart.js";
import { Refusal } from "./core/refusal.js";
import { createCounter } from "./page/counter.js";
import { byId, lazily, pressing, say, show } from "./page/dom.js";
import { createJustSold } from "./page/just_sold.js";
import { createPay } from "./page/pay.js";
import { createReach } from "./page/reach.js";
import { createShelf } from "./page/shelf.js";
import { createTiles } from "./page/tiles.js";
import { createTyped } from "./page/typed.js";
import { createTabs, createViews } from "./page/views.js";

const TIME = { hour: "2-digit", minute: "2-digit", hour12: false };

/** `world` is the store, the clock, chance, what gives the wire and who may send, and whether it is
 *  practice; `fresh` tells whether `bootstrap` is what the server said just now. */
export function createApp({ bootstrap, words, world, fresh = true }) {
  const { store, clock } = world;
  const state = { cart: EMPTY, tender: null, lastTender: null, half: false, last: null };
  const shelf = createShelf(bootstrap, store);

  const app = {
    words,
    state,
    store,
    freshAt: fresh ? clock() : 0,
    get listings() {
      return shelf.listings();
    },
    bootstrap: shelf.known,
    till: () => shelf.known().till,
    tenderWord: (tender) => shelf.known().tenders.find((one) => one.tender === tender)?.label ?? tender,
    clockTime: (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, TIME),
    pressing: (id, act) => pressing(byId(id), act, failed),
    onPress: (element, act) => pressing(element, act, failed),
    say: speak,
    trying,
    setCart,
    drawBar,
    drawLine: () => reach.draw(),
    heard,
    tap,
    addTyped,
    sell,
    voidSale,
    told,
    restock,
    takeTill,
    edit: (id) => void inView(cartView, (view) => view.editListing(id)),
  };
  const entering = {
    sell: () => drawBar(),
    cart: () => void inView(cartView, (view) => view.draw()),
    // The phone's way forward may lead to a payment that is done, or a receipt of before a reload.
    pay: () => (state.cart.length > 0 ? pay.draw() : app.views.go("sell")),
    receipt: () => byId("receipt-number").textContent || app.views.go("sell"),
    list: () => void inView(records, (view) => view.drawList()),
    finish: () => void inView(finish, (view) => view.draw()),
    rescue: () => void inView(rescue, (view) => view.draw()),
  };
  const tabs = createTabs({ changed: () => drawBar() });
  app.views = createViews({ entering });
  const reach = createReach(app, world);
  app.outbox = reach;
  const counter = createCounter(app, world);
  const tiles = createTiles(app);
  const typed = createTyped(app);
  const pay = createPay(app);
  // What the first sale does not need comes when the till stands already.
  const cartView = lazily(async () => (await import("./page/cart.js")).createCartView(app));
  const records = lazily(async () => (await import("./page/records.js")).createRecords(app));
  const finish = lazily(async () => (await import("./page/finish.js")).createFinish(app, (await world.connect()).wire));
  const rescue = lazily(async () => (await import("./page/rescue.js")).createRescue(app, world));
  const justSold = createJustSold(app);

  /** What was there before a reload is there again; then the line is tried. */
  async function start() {
    await store.test(clock());
    await store.forget(clock());
    await store.turn("refused", "waiting");
    await store.catchUp(bootstrap.device.last_sequence ?? 0);
    show("cleared", (await store.kept("cleared")) === true);
    state.half = (await store.kept("half")) ?? false;
    state.lastTender = (await store.kept("tender")) ?? null;
    state.last = (await store.all()).find((row) => row.kind === "sale") ?? null;
    const cart = (await store.kept("cart")) ?? EMPTY;
    await shelf.stock(bootstrap, clock());
    state.cart = repriced(stillOnSale(cart, app.listings), app.listings, state.half);
    wirePage();
    draw();
    app.views.start();
    performance.mark("till-ready");
    void reach.start();
    // Before a line breaks, or another version takes the place of this one.
    return { loaded: Promise.allSettled([cartView(), records(), finish(), rescue()]) };
  }

  async function clearedSeen() {
    await store.keep("cleared", "seen");
    show("cleared", false);
    byId("sell-heading").focus();
  }

  /** Where nothing but what is left has changed, no tile moves under a finger. */
  async function restock(answer, askedAt) {
    const before = shelf.offer();
    await shelf.stock(answer, askedAt);
    await world.learnt?.(answer);
    if (shelf.offer() !== before) return draw();
    tiles.refresh();
    drawTill();
  }

  // --- Choosing -----------------------------------------------------------------

  function setCart(cart) {
    state.cart = cart;
    justSold.hide();
    tiles.refresh();
    drawBar();
    void store.keep("cart", cart);
  }

  function tap(id) {
    trying(() => {
      shelf.requireOpen();
      const listing = app.listings.get(id);
      const price = priceOf(listing, state.half);
      if (price !== null) return setCart(added(state.cart, listing, price));
      typed.choose(id);
      tabs.open("typed");
    });
  }

  function addTyped(id, fen) {
    shelf.requireOpen();
    setCart(added(state.cart, app.listings.get(id), fen, { own: true }));
  }

  function charge() {
    shelf.requireOpen();
    if (tabs.here() === "typed") typed.take();
    speak("");
    pay.begin();
  }

  async function halve(half) {
    state.half = half;
    await store.keep("half", half);
    setCart(repriced(state.cart, app.listings, half));
    draw();
    app.views.go("sell");
  }

  // --- Selling ------------------------------------------------------------------

  async function sell({ tender, gift, tendered }) {
    const { cart } = state;
    const row = await counter.record({ cart, tender, gift, tendered });
    if (!row) return;
    Object.assign(state, { last: row, lastTender: tender });
    setCart(EMPTY);
    tabs.open("goods");
    drawLast();
    speak("");
    await reach.draw();
    justSold.reveal(row, cart);
    void store.keep("tender", tender);
    reach.send();
  }

  async function voidSale(sale, reason) {
    if (!(await counter.undo(sale, reason))) return false;
    if (state.last?.id === sale.id) justSold.hide();
    tiles.refresh();
    await reach.draw();
    reach.send();
    return true;
  }

  /** Somebody was told of what is set aside: it stays in the list, and the strip is free again. */
  async function told() {
    await store.turn("aside", "told");
    await reach.draw();
  }

  // --- What the page says -----------------------------------------------------------------

  function draw() {
    tiles.draw();
    typed.draw();
    show("half-on", state.half);
    byId("half-start").disabled = state.half;
    drawLast();
    drawTill();
    drawBar();
  }

  function drawBar() {
    const fen = sumOf(state.cart) + (tabs.here() === "typed" ? typed.fen() : 0);
    say("charge-amount", fen > 0 ? money(fen) : "");
    say("cart-count", words("cart_button", { count: piecesOf(state.cart) }));
    show("to-cart", state.cart.length > 0);
  }

  function drawLast() {
    show("last-receipt", state.last !== null);
    say("last-number", state.last?.dayNumber ?? "");
  }

  function drawTill() {
    const closed = shelf.closedBy();
    show("cannot-sell", closed !== null);
    say("cannot-sell", closed ? words(closed.key, closed.facts) : "");
    for (const id of ["charge", "charge-cart"]) byId(id).disabled = closed !== null;
  }

  function takeTill(till) {
    shelf.takeTill(till);
    drawTill();
  }

  /** Something came back, or did not: the views that tell of it are drawn anew. */
  function heard() {
    if (app.views.here() === "list") void inView(records, (view) => view.drawList());
    if (app.views.here() === "rescue") void inView(rescue, (view) => view.drawState());
    if (app.views.here() === "finish") void inView(finish, (view) => view.drawState());
  }

  /** Something of a view that may still be on its way. */
  async function inView(view, act) {
    try {
      await act(await view());
    } catch (error) {
      // What a browser raises for a module that it could not fetch.
      failed(error instanceof TypeError ? new Refusal("not_loaded") : error);
    }
  }

  function speak(sentence) {
    say("say", sentence);
    show("say", sentence !== "");
  }

  function failed(error) {
    if (!(error instanceof Refusal)) throw error;
    speak(words(error.key, error.facts));
  }

  function trying(act) {
    speak("");
    try {
      act();
    } catch (error) {
      failed(error);
    }
  }

  function wirePage() {
    for (const id of ["charge", "charge-cart"]) app.pressing(id, charge);
    app.pressing("last-receipt", () => inView(records, (view) => view.openReceipt(state.last)));
    app.pressing("half-start", () => halve(true));
    app.pressing("half-off", () => halve(false));
    app.pressing("send-now", reach.sendAll);
    app.pressing("cleared-seen", clearedSeen);
    byId("back").addEventListener("click", app.views.back);
    for (const button of document.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => {
        speak("");
        app.views.go(button.dataset.go);
      });
    }
    for (const id of ["strip", "to-more"]) show(id, true);
    show("opening", false);
  }

  return { start };
}
