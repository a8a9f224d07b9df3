/** The sentences of the page's catalogue, with what {…} stands for. */

export function createWords(catalogue) {
  return (key, facts = {}) => {
    const sentence = catalogue[key];
    if (sentence === undefined) throw new Error(`no sentence: ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  };
}
