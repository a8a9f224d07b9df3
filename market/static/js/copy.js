/** Copies the words of a box, or at least selects them where a browser lets no page copy. */

/** "copied", or "selected" where the clipboard is closed to us (an unsafe address, a refusal). */
export async function handOver(text, { clipboard, select, command }) {
  try {
    await clipboard.writeText(text);
    return "copied";
  } catch {
    // WeChat's older browsers have no clipboard, and still copy what is selected.
    select();
    return command() ? "copied" : "selected";
  }
}

/** Gives each box of words in `part` its button. */
export function wire(part, page = document, clipboard = navigator.clipboard) {
  for (const box of part.querySelectorAll("[data-copy]")) {
    const words = box.querySelector("textarea");
    const button = box.querySelector("button");
    const said = box.querySelector("[role=status]");
    const world = { clipboard, select: () => words.select(), command: () => page.execCommand("copy") };
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.textContent = "";
      said.textContent = said.dataset[await handOver(words.value, world)];
    });
  }
}

if (typeof document !== "undefined") wire(document);
