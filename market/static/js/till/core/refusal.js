/** What cannot be done, by the name of its sentence in the page's catalogue. */
export class Refusal extends Error {
  constructor(key, facts = {}) {
    super(key);
    this.key = key;
    this.facts = facts;
  }
}
