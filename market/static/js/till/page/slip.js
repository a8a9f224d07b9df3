/** A receipt's QR code as an inline SVG, drawn from its slip's bits. */
import { grouped } from "../core/names.js";
import { drawn } from "../core/qr.js";
import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

export function slipPicture(row, words, { letters = true } = {}) {
  if (row.practice) return h("p", { class: "slip-none" }, words("no_qr"));
  if (!row.matrix) return h("p", { class: "slip-none" }, letters && h("strong", {}, `${grouped(row.wire.code)} `), words("code_only"));
  const { size, path } = drawn(row.matrix);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("class", "slip-picture");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words("qr_of", { number: row.dayNumber }));
  svg.setAttribute("shape-rendering", "crispEdges");
  const bits = document.createElementNS(SVG, "path");
  bits.setAttribute("d", path);
  svg.append(bits);
  return svg;
}
