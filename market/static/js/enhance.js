/** Small comforts: every page works the same without them. */

/** The number a step button leads to: whole, never below nought. */
export function stepped(typed, step) {
  const now = Number.parseInt(typed, 10);
  return Math.max(0, (Number.isNaN(now) ? 0 : now) + step);
}

function wireSteppers(page) {
  for (const stepper of page.querySelectorAll("[data-stepper]")) {
    const field = stepper.querySelector("input");
    for (const button of stepper.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        field.value = String(stepped(field.value, Number(button.dataset.step)) || "");
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  }
}

function wirePrints(page, print) {
  for (const button of page.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", print);
  }
}

if (typeof document !== "undefined") {
  wireSteppers(document);
  wirePrints(document, () => window.print());
}
