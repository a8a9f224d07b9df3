/** The page's side of the service worker, where there is one: everything works without it as well. */

const HOUR_MS = 3_600_000;
const SCOPE = "/till/";

/** Let the worker keep this page; `newer` is called when a version is kept that is not this page's. */
export async function letKeep({ address, version, newer, workers = globalThis.navigator?.serviceWorker }) {
  if (!workers) return;
  workers.addEventListener("message", ({ data }) => {
    if (data?.version && data.version !== version) newer();
  });
  const registration = await workers.register(address, { scope: SCOPE, type: "module", updateViaCache: "none" });
  registration.active?.postMessage("renew");
  // A page that stays open all day asks now and then whether there is a newer one.
  setInterval(() => void registration.update().catch(() => {}), HOUR_MS);
}

/** A phone that was shown out keeps no page. What it has not sent stays in its storage. */
export async function letForget(workers = globalThis.navigator?.serviceWorker) {
  const registration = await workers?.getRegistration(SCOPE);
  registration?.active?.postMessage("forget");
}
