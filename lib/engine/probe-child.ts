import { NodeTensorRTError } from '../errors.js';
import { loadAddon } from '../native/load.js';
import { Engine } from './engine.js';
import type { ProbeReply, ProbeRequest } from './probe.js';

/** The program of the child process of `probe.ts`: reads a request from stdin, loads the model, answers on stdout. */

const CHECK_MS = 20;

async function main(): Promise<void> {
  let reply: ProbeReply;
  try {
    await loadOne();
    reply = 'loaded';
  } catch (error) {
    const { code, message, details } = error instanceof NodeTensorRTError ? error : unexpected(error);
    reply = { code, message, details };
  }
  process.stdout.write(JSON.stringify(reply), () => process.exit(0));
}

function unexpected(error: unknown): NodeTensorRTError {
  return new NodeTensorRTError('INTERNAL', String(error));
}

async function loadOne(): Promise<void> {
  const input = new Input();
  const { memoryBytes, model, externalData, options } = JSON.parse(await input.line()) as ProbeRequest;
  const source = typeof model === 'string' ? model : await input.bytes(model);
  const files: { path: string; data: Uint8Array }[] = [];
  for (const { path, bytes } of externalData) files.push({ path, data: await input.bytes(bytes) });
  input.exitAtEnd();

  const isLimited = loadAddon().limitMemory(memoryBytes);
  const outgrown = isLimited ? new Promise<never>(() => undefined) : watchMemory(memoryBytes);
  await Promise.race([Engine.load(source, { ...options, backend: 'cpu', externalData: files }), outgrown]);
}

/** Where the system has no limit. */
function watchMemory(bytes: number): Promise<never> {
  const most = process.memoryUsage.rss() + bytes;
  return new Promise((_, reject) => {
    setInterval(() => {
      if (process.memoryUsage.rss() <= most) return;
      const text = `loading the model takes more than ${bytes} bytes of memory`;
      reject(new NodeTensorRTError('OUT_OF_MEMORY', text, { kind: 'host' }));
    }, CHECK_MS).unref();
  });
}

/** stdin, read in parts of known size. */
class Input {
  readonly #chunks: AsyncIterator<Buffer> = process.stdin[Symbol.asyncIterator]();
  #rest: Buffer = Buffer.alloc(0);

  async line(): Promise<string> {
    let end = this.#rest.indexOf('\n');
    while (end === -1) {
      this.#rest = Buffer.concat([this.#rest, await this.#next()]);
      end = this.#rest.indexOf('\n');
    }
    const line = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async bytes(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    for (let at = 0; at < count; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const part = this.#rest.subarray(0, count - at);
      out.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return out;
  }

  /** The parent keeps the pipe open: its end says that the parent has died. */
  exitAtEnd(): void {
    void this.#chunks.next().then(() => process.exit(1));
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next();
    return done ? process.exit(1) : value;
  }
}

void main();
