/** Two tabs: 商品·服务 and 手输金额. */
import { byId, show } from "./dom.js";

const TABS = ["goods", "typed"];

export function createTabs({ changed }) {
  let here = TABS[0];

  function open(name) {
    here = name;
    for (const tab of TABS) {
      const button = byId(`tab-${tab}`);
      button.setAttribute("aria-selected", String(tab === name));
      button.tabIndex = tab === name ? 0 : -1;
      show(tab, tab === name);
    }
    changed();
  }

  TABS.forEach((tab, place) => {
    const other = TABS[1 - place];
    byId(`tab-${tab}`).addEventListener("click", () => open(tab));
    byId(`tab-${tab}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      open(other);
      byId(`tab-${other}`).focus();
    });
  });
  return { open, here: () => here };
}
