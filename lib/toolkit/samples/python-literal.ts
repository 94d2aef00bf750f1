/** What headers of `.npy` files are made of. */
export type PythonLiteral = string | boolean | number | PythonLiteral[] | Map<string, PythonLiteral>;

export class LiteralError extends Error {}

/** Deepest nesting: a structured type has four levels. */
const MAX_DEPTH = 16;

/**
 * Reads a literal of Python: text, True, False, whole numbers, tuples, lists, and dictionaries with text as keys.
 * Tuples and lists both become arrays. Throws LiteralError for everything else, as for a key that comes twice.
 */
export function parseLiteral(text: string): PythonLiteral {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  #at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): PythonLiteral {
    if (depth > MAX_DEPTH) throw this.#unexpected('less nesting');
    const string = this.#take(/(?:'([^'\\\n]*)'|"([^"\\\n]*)")/y);
    if (string) return string[1] ?? (string[2] as string);
    // Python 2 wrote long numbers with an L.
    const number = this.#take(/(-?\d{1,20})L?\b/y);
    if (number) return Number(number[1]);
    const word = this.#take(/(?:True|False)\b/y);
    if (word) return word[0] === 'True';
    if (this.#take(/\(/y)) return this.#parenthesised(depth);
    if (this.#take(/\[/y)) return this.#items(/\]/y, depth);
    if (this.#take(/\{/y)) return this.#entries(depth);
    throw this.#unexpected('a value');
  }

  end(): void {
    this.#take(/(?:)/y);
    if (this.#at < this.text.length) throw this.#unexpected('the end');
  }

  /** A tuple; or a value in parentheses, which has no comma. */
  #parenthesised(depth: number): PythonLiteral {
    const start = this.#at;
    const items = this.#items(/\)/y, depth);
    const only = items[0];
    return items.length === 1 && only !== undefined && !/,\s*\)$/.test(this.text.slice(start, this.#at)) ? only : items;
  }

  #items(close: RegExp, depth: number): PythonLiteral[] {
    const items: PythonLiteral[] = [];
    while (!this.#take(close)) {
      items.push(this.value(depth + 1));
      if (this.#take(/,/y)) continue;
      if (!this.#take(close)) throw this.#unexpected('a comma');
      break;
    }
    return items;
  }

  #entries(depth: number): Map<string, PythonLiteral> {
    const entries = new Map<string, PythonLiteral>();
    while (!this.#take(/\}/y)) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || entries.has(key)) throw this.#unexpected('a new key');
      if (!this.#take(/:/y)) throw this.#unexpected('a colon');
      entries.set(key, this.value(depth + 1));
      if (this.#take(/,/y)) continue;
      if (!this.#take(/\}/y)) throw this.#unexpected('a comma');
      break;
    }
    return entries;
  }

  /** What `pattern` (sticky) finds after white space, which is then behind. */
  #take(pattern: RegExp): RegExpExecArray | null {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at++;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  #unexpected(expected: string): LiteralError {
    return new LiteralError(`expected ${expected} at character ${this.#at}`);
  }
}
