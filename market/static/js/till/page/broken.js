/** The whole screen says that something could not be kept, and what to write on paper. */
import { byId, say, show } from "./dom.js";

export function showBroken(what, paper = "") {
  say("broken-words", what);
  say("broken-sale", paper);
  for (const section of document.querySelectorAll(".view, [data-actions], #opening")) section.hidden = true;
  byId("reopen").onclick = () => window.location.reload();
  show("broken", true);
  byId("broken-heading").focus();
}
