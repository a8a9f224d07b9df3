/** Rescue: what this phone has not sent, as text to copy or to send to the organisers. */
import { handOver } from "../../copy.js";
import { rescueBlocks } from "../core/rescue.js";
import { byId, h, say, show } from "./dom.js";

const HERE_ONLY = new Set(["waiting", "refused"]);

export function createRescue(app, { earlier = async () => [], practice }) {
  const { words, store } = app;
  const everything = byId("rescue-all");

  async function draw() {
    const holders = practice ? [] : [await own(), ...(await earlier())];
    const blocks = holders.flatMap((holder) => rescueBlocks(holder));
    byId("rescue-blocks").replaceChildren(...blocks.map((text, at) => block(text, at, blocks.length)));
    await drawState();
  }

  /** What is new since then is not in the blocks; they are not drawn anew under a finger that copies. */
  async function drawState() {
    const { unsent } = await store.counts();
    say("rescue-sum", words(unsent ? "rescue_some" : "rescue_none", { count: unsent }));
  }

  /** Sales come before what undoes them. */
  async function own() {
    const { device } = app.bootstrap();
    const rows = (await store.all()).reverse().filter((row) => everything.checked || HERE_ONLY.has(row.state));
    return { letter: device.letter, device: device.id, rows: rows.map((row) => row.wire) };
  }

  function block(text, at, parts) {
    const id = `rescue-${at + 1}`;
    const box = h("textarea", { class: "input textarea rescue-text", id, rows: "3", readonly: true });
    box.value = text;
    const said = h("p", { class: "copy-said", role: "status" });
    const copy = h("button", { class: "button button-primary", type: "button" }, words("rescue_copy"));
    const share = h("button", { class: "button button-secondary", type: "button", hidden: !navigator.share }, words("rescue_send"));
    app.onPress(copy, async () => {
      const world = { clipboard: navigator.clipboard, select: () => box.select(), command: () => document.execCommand("copy") };
      said.textContent = words((await handOver(text, world)) === "copied" ? "rescue_copied" : "rescue_selected");
    });
    // Who thinks better of it has not failed.
    app.onPress(share, () => navigator.share({ text }).catch(() => {}));
    const label = words("rescue_part", { part: at + 1, parts });
    return h("div", { class: "rescue-block" }, h("label", { class: "label", for: id }, label), box, h("div", { class: "button-row" }, copy, share), said);
  }

  show("rescue-choice", !practice);
  everything.addEventListener("change", () => void draw());
  return { draw, drawState };
}
