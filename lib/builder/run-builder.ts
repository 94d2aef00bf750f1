import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { NodeTensorRTError } from '../errors.js';
import { type BuilderEvent, parseEvent } from './events.js';
import type { BuilderFiles } from './find-builder.js';

/** How a builder process is kept within its bounds. */
export interface BuilderLimits {
  /** Private memory that it may take. 0: no limit. */
  readonly memoryBytes: number;
  /** UUID of the only GPU that it sees. undefined: all. */
  readonly device?: string | undefined;
  /** 0 (as this process) to 19 (when nobody else wants the CPUs). */
  readonly niceness: number;
}

/** How a builder process ended. */
export interface BuilderEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last of what it and NVIDIA's libraries wrote on stderr. */
  readonly stderr: string;
}

const STDERR_KEPT = 4000;

/**
 * Runs a command of the builder program in a process of its own and hands on its events. Aborting kills that process, and
 * it ends by itself when this one dies. Throws UNSUPPORTED where no process can be started, and the signal's reason.
 */
export async function runBuilder(
  { program, module }: BuilderFiles,
  command: string,
  args: readonly string[],
  limits: BuilderLimits,
  onEvent: (event: BuilderEvent) => void,
  signal: AbortSignal | undefined,
): Promise<BuilderEnd> {
  signal?.throwIfAborted();
  const memory = limits.memoryBytes > 0 ? ['--memory-limit', String(limits.memoryBytes)] : [];
  const asked = request([module, command, ...args, ...memory]);
  let child: ChildProcessWithoutNullStreams | undefined;
  // One that did not start has no pid, and to kill it would be to kill the processes of this group.
  const kill = () => child?.pid !== undefined && child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    child = await start(program, limits.device);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    // A process that dies before it has read everything breaks the pipe; how it died says more.
    child.stdin.on('error', () => undefined);
    const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
      child?.once('close', (exitCode, name) => resolve({ exitCode, signal: name }));
    });
    signal?.throwIfAborted();
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const event = parseEvent(line);
      if (event && !signal?.aborted) onEvent(event);
    });
    if (child.pid !== undefined) lowerPriority(child.pid, limits.niceness);
    // stdin stays open: its end tells the process that this one has died.
    child.stdin.write(asked);
    const end = await ended;
    signal?.throwIfAborted();
    return { ...end, stderr };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NodeTensorRTError) throw error;
    const text = `the builder ${program} cannot be started: ${(error as Error).message}`;
    throw new NodeTensorRTError('UNSUPPORTED', text, { program, reason: 'no-process' }, { cause: error });
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
  }
}

/** Waits until it runs. Without files left, a child has no streams at all. */
async function start(program: string, device: string | undefined): Promise<ChildProcessWithoutNullStreams> {
  const env = device === undefined ? process.env : { ...process.env, CUDA_VISIBLE_DEVICES: device };
  const child = spawn(program, ['--stdin'], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, env });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
  child.on('error', () => undefined);
  return child;
}

/** Texts that end with NUL, behind how many bytes they are. Names of a hostile model must not become arguments. */
function request(texts: readonly string[]): Buffer {
  const wrong = texts.find((text) => text.includes('\0'));
  if (wrong !== undefined) {
    const text = `a name or path has a NUL character in it: ${JSON.stringify(wrong.slice(0, 80))}`;
    throw new NodeTensorRTError('INVALID_ARGUMENT', text, { received: wrong.slice(0, 80) });
  }
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  return Buffer.concat([Buffer.from(`${body.byteLength}\n`), body]);
}

function lowerPriority(pid: number, niceness: number): void {
  try {
    if (niceness > 0) setPriority(pid, niceness);
  } catch {
    // It has ended already, or the system does not let us: it runs as we do.
  }
}
