/** Between two lines for who reads a log. */
const LOG_MS = 10_000;

/**
 * A line about what goes on, for people at a terminal: on stderr, replaced by the next, gone at the end. What is no terminal
 * gets a line now and then of what takes long.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #isShown = false;
  #loggedAt = performance.now();

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (!this.#stream.isTTY) {
      this.#log(text);
      return;
    }
    this.#stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
    this.#isShown = true;
  }

  #log(text: string): void {
    if (performance.now() - this.#loggedAt < LOG_MS) return;
    this.#loggedAt = performance.now();
    this.#stream.write(`${text}\n`);
  }

  /** Shows a text while a promise is on its way. */
  async during<T>(text: string, work: Promise<T>): Promise<T> {
    this.show(text);
    try {
      return await work;
    } finally {
      this.clear();
    }
  }

  clear(): void {
    if (this.#isShown) this.#stream.write('\r\x1b[K');
    this.#isShown = false;
  }
}
