/** A line about what goes on, for people at a terminal: on stderr, replaced by the next, gone at the end. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #isShown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
    this.#isShown = true;
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
