/**
 * Names in use in a model: of values, in all graphs, and of nodes. New ones are unique in the whole model, so that a
 * subgraph never hides what is around it.
 */
export class Names {
  readonly #values = new Set<string>();
  readonly #nodes = new Set<string>();
  /** The number that comes next behind a hint. */
  readonly #next = new Map<string, number>();

  /** Notes a name that a file brings; several graphs may have the same. */
  take(name: string): void {
    this.#values.add(name);
  }

  takeNode(name: string): void {
    this.#nodes.add(name);
  }

  /** `hint` if no value has that name, else `hint_1`, `hint_2` and so on. */
  unique(hint: string): string {
    return this.#pick(this.#values, hint || 'value');
  }

  /** The same for names of nodes. */
  uniqueNode(hint: string): string {
    return this.#pick(this.#nodes, hint || 'node');
  }

  #pick(taken: Set<string>, hint: string): string {
    let name = hint;
    if (taken.has(name)) {
      let number = this.#next.get(hint) ?? 1;
      do name = `${hint}_${number++}`;
      while (taken.has(name));
      this.#next.set(hint, number);
    }
    taken.add(name);
    return name;
  }
}
