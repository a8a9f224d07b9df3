/** Small words for the document, and the sentences of its catalogue. */

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children: `on…` listens, `true` and `false` set a bare attribute or none. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

/** One of the page's icons, drawn by the server into a template. */
export function icon(name) {
  return document.querySelector(`template[data-icon="${name}"]`).content.firstElementChild.cloneNode(true);
}

export function say(id, text) {
  byId(id).textContent = text;
}

export function show(id, shown) {
  byId(id).hidden = !shown;
}

/** What a press does; a press that fails says so, and none is taken twice while it is at work. */
export function pressing(element, act, failed) {
  let busy = false;
  element.addEventListener("click", async (event) => {
    if (busy) return;
    busy = true;
    try {
      await act(event);
    } catch (error) {
      failed(error);
    } finally {
      busy = false;
    }
  });
}

/** Something made when it is first asked for, once; after a failure it is tried again. */
export function lazily(make) {
  let made = null;
  return () => {
    made ??= make().catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** The sentence of a key, with what {…} stands for. */
export function createWords(catalogue) {
  return (key, facts = {}) => {
    const sentence = catalogue[key];
    if (sentence === undefined) throw new Error(`no sentence: ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  };
}
