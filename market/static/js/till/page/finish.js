/** The end of her day: what she did, as a picture to keep, and the phone's sign-off. */
import { money } from "../core/amount.js";
import { dayOf } from "../core/day.js";
import { byId, h, say, show } from "./dom.js";
import { paint } from "./picture.js";

const TRIES = 20;
const PAUSE_MS = 250;

export function createFinish(app, wire) {
  const { words, store } = app;
  let address = null;

  async function draw() {
    const { sales, fen } = dayOf(await store.all());
    say("finish-sum", words("finish_sum", { sales, amount: money(fen) }));
    await drawState();
    if (sales > 0) await drawPicture(sales, fen);
    else show("picture", false);
  }

  async function drawState(key = null) {
    const { unsent } = await store.counts();
    const signed = await signedOff();
    const cleared = Boolean(await store.kept("cleared"));
    const ready = cleared ? "finish_cleared" : unsent ? "finish_waiting" : signed ? "finish_done" : "finish_ready";
    say("finish-state", words(key ?? (tillId() ? ready : "finish_none"), { count: unsent }));
    byId("sign-off").disabled = !tillId() || cleared || (signed && unsent === 0);
  }

  /** The till that the phone signs off from: the one it is at, else the one it last sold at. */
  function tillId() {
    return app.till()?.id ?? app.state.last?.wire.till ?? null;
  }

  async function signedOff() {
    const done = await store.kept("signed_off");
    return done?.till === tillId() && done?.last_sequence === (await store.lastSequence());
  }

  async function drawPicture(sales, fen) {
    const { market_day: day } = app.bootstrap();
    const sentence = words("finish_sum", { sales, amount: money(fen) });
    const small = await lanterns(day.slug);
    const large = sentence.split(/，\s*|,\s+/);
    const canvas = paint({ brand: words("brand"), market: `${day.name} · ${app.bootstrap().community.name}`, large, small, thanks: words("finish_thanks") });
    const image = await asImage(canvas, [sentence, ...small].join(" "));
    byId("picture-place").replaceChildren(image);
    show("picture", true);
  }

  /** What the market has lit, or is about to; nothing where nobody can be asked, or there is none yet. */
  async function lanterns(slug) {
    try {
      const { lit, expected } = await wire.live(slug);
      if (lit !== "0") return [words("finish_lit", { wishes: lit })];
      return expected === "0" ? [] : [words("finish_expected", { wishes: expected })];
    } catch {
      return [];
    }
  }

  /** A real image, because only that can be kept by a long press. */
  async function asImage(canvas, text) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(blob);
    return h("img", { class: "picture-image", src: address, alt: text, width: canvas.width, height: canvas.height });
  }

  async function signOff() {
    const mark = { till: tillId(), last_sequence: await store.lastSequence() };
    const sent = await pushed(mark);
    const done = sent && app.outbox.state().signedOff === true;
    if (done) await store.keep("signed_off", mark);
    await drawState(done ? null : "finish_failed");
  }

  /** The last sale may be on its way just now; that is waited for, and no failure. */
  async function pushed(signOff) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const sent = await app.outbox.push({ signOff });
      if (sent !== null) return sent;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return false;
  }

  app.pressing("sign-off", signOff);
  return { draw, drawState };
}
