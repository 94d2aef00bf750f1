import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type ErrorCode, errorTable, NodeTensorRTError } from '../errors.js';
import { packageRoot } from '../native/root.cjs';
import type { LoadOptions, ResolvedLoadOptions } from './load-options.js';
import type { ProbeOptions } from './model-options.js';

/** What the child is told, as a line of JSON; the bytes follow it. */
export interface ProbeRequest {
  memoryBytes: number;
  /** A path, or the number of bytes of the model. */
  model: string | number;
  externalData: { path: string; bytes: number }[];
  options: LoadOptions;
}

/** What it answers, as JSON. */
export type ProbeReply = 'loaded' | { code: string; message: string; details: Record<string, unknown> };

const CHUNK = 2 ** 20;
const STDERR_SHOWN = 2000;
const REPLY_READ = 2 ** 20;

/**
 * Loads the model in a child process, within limits. Throws what loading it throws, and MODEL_INVALID with details
 * `reason` 'probe-crashed' or 'probe-timeout'; details `probe` says that it was the child.
 */
export async function probeModel(
  model: string | Uint8Array,
  limits: Required<ProbeOptions>,
  options: ResolvedLoadOptions,
): Promise<void> {
  const { signal } = options;
  const child = spawn(process.execPath, [join(packageRoot, 'dist', 'cjs', 'engine', 'probe-child.js')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // An inspector's port or a preloaded module of the parent's is not wanted; Electron becomes a Node.js.
    env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  let timedOut = false;
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, limits.timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const output = collect(child.stdout, REPLY_READ);
    const errors = collect(child.stderr, STDERR_SHOWN);
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    ended.catch(() => undefined);
    // A child that dies before it has read everything breaks the pipe; how it died says more.
    child.stdin.on('error', () => undefined);
    await Promise.race([sendRequest(child.stdin, model, limits, options), ended]);
    const end = await ended;
    signal?.throwIfAborted();
    const facts = { exitCode: end.code, signal: end.signal, stderr: errors() };
    if (timedOut) throw refusal('probe-timeout', `was not done after ${limits.timeoutMs} ms`, facts);
    readReply(output(), facts);
  } catch (error) {
    if (error instanceof NodeTensorRTError) throw error;
    signal?.throwIfAborted();
    const text = `options.probe: a child process cannot be started here: ${error instanceof Error ? error.message : error}`;
    throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.probe' }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    kill();
  }
}

function readReply(text: string, facts: { exitCode: number | null; signal: string | null; stderr: string }): void {
  let reply: ProbeReply;
  try {
    reply = JSON.parse(text);
  } catch {
    const how = facts.signal ? `by ${facts.signal}` : `with exit code ${facts.exitCode}`;
    throw refusal('probe-crashed', `ended the process ${how}`, facts);
  }
  if (reply === 'loaded') return;
  const code = reply.code in errorTable ? (reply.code as ErrorCode) : 'INTERNAL';
  throw new NodeTensorRTError(code, reply.message, { ...reply.details, probe: true });
}

function refusal(reason: string, what: string, facts: object): NodeTensorRTError {
  const text = `loading the model ${what}, in a child process that tried it out`;
  return new NodeTensorRTError('MODEL_INVALID', text, { reason, probe: true, ...facts });
}

async function sendRequest(
  stdin: NodeJS.WritableStream,
  model: string | Uint8Array,
  limits: Required<ProbeOptions>,
  options: ResolvedLoadOptions,
): Promise<void> {
  const { proof } = options.batching;
  const { backend, fallback, device, threads, instances, freeDimensionOverrides, customOperators } = options;
  const cpu = { graphOptimizationLevel: options.graphOptimizationLevel, sessionConfig: options.sessionConfig };
  const request: ProbeRequest = {
    memoryBytes: limits.memoryBytes,
    model: typeof model === 'string' ? model : model.byteLength,
    externalData: options.externalData.map(({ path, data }) => ({ path, bytes: data.byteLength })),
    options: {
      backend,
      fallback: fallback === 'warn' ? 'allow' : fallback,
      device,
      threads,
      instances,
      freeDimensionOverrides,
      customOperators,
      limits: options.limits,
      batching: proof.enabled && proof.verify !== 2 ? { verify: proof.verify === 1 } : false,
      cpu: cpu as LoadOptions['cpu'],
    } as LoadOptions,
  };
  stdin.write(`${JSON.stringify(request)}\n`);
  if (typeof model !== 'string') await send(stdin, model);
  for (const { data } of options.externalData) await send(stdin, data);
}

/** In copies: the stream reads them later, and the memory of the caller may be detached by then. */
async function send(stdin: NodeJS.WritableStream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK) {
    const hasRoom = stdin.write(bytes.slice(at, at + CHUNK));
    if (!hasRoom) await new Promise((resolve) => stdin.once('drain', resolve));
  }
}

/** The last `max` characters of what comes. */
function collect(stream: NodeJS.ReadableStream, max: number): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-max);
  });
  return () => text;
}
