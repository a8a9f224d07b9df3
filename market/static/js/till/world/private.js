/** Private browsing: what is kept there is gone with the window, though it can be read back until then. */

const SOON_MS = 1_000;

/** Whether this looks like it: Safari and Firefox close the private file system there. Others do not
 *  let themselves be asked; for those, the server's last number shows a storage that was emptied. */
export async function seemsPrivate(storage = globalThis.navigator?.storage) {
  if (!storage?.getDirectory) return false;
  const asked = storage.getDirectory().then(
    () => false,
    () => true,
  );
  return Promise.race([asked, new Promise((resolve) => setTimeout(() => resolve(false), SOON_MS))]);
}
