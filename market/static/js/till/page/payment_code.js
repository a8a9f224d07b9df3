/** The payment code as a picture, for a buyer who cannot reach the printed one: a second tap, and only for its own tender. */
import { byId, show } from "./dom.js";

export function createPaymentCode(app) {
  const image = byId("code-picture");
  const details = byId("code-details");
  // The buyer is to see all of it, above the bar.
  details.addEventListener("toggle", () => details.open && image.scrollIntoView({ block: "center" }));

  /** Loaded when the tender is chosen, so that the tap shows it at once; kept by the browser from then on. */
  return function draw(tender) {
    const picture = app.bootstrap().tenders.find((one) => one.tender === tender)?.picture ?? "";
    show("code-details", picture !== "");
    if (image.getAttribute("src") === picture) return;
    details.open = false;
    if (picture) image.src = picture;
  };
}
