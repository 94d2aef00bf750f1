import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { mlp } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';
import { modelFile, programs, rtx } from './programs.js';

/** A small model, and a profile of it. */
export const network = () => modelFile(mlp({ layers: 2, width: 64 }));
export const profile = ['--profile', 'one', '--shape', 'x=1x64,8x64,32x64'];

export const planFile = () => path.join(tempFolder(), 'model.plan');

/** To build with the real TensorRT-RTX. */
export const build = (...args: string[]) => [programs.rtxModule, 'build', ...rtx, ...args];

type Event = { event: string; [key: string]: unknown };

/** node-tensorrt-builder --stdin, with its standard input still open. */
export interface Started {
  child: ChildProcessWithoutNullStreams;
  /** The next event of this name. */
  next(name: string): Promise<Event>;
  end: Promise<Ended>;
}

export interface Ended {
  code: number | null;
  signal: string | null;
  events: Event[];
  stderr: string;
  /** The only event of this name. */
  one(name: string): Event;
  all(name: string): Event[];
}

function bytesOf(args: readonly string[]): Buffer {
  const bytes = Buffer.from(args.map((arg) => `${arg}\0`).join(''));
  return Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]);
}

/** Starts the program: with these arguments, or with `--stdin` and them on its standard input. */
export function startBuilder(args: readonly string[], { stdin = false, env = {} } = {}): Started {
  const child = spawn(programs.builder, stdin ? ['--stdin'] : args, { env: { ...process.env, ...env } });
  const events: Event[] = [];
  const waiting: { name: string; resolve: (event: Event) => void }[] = [];
  let line = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const event of lines.map((json) => JSON.parse(json) as Event)) {
      events.push(event);
      for (const { name, resolve } of waiting) if (name === event.event) resolve(event);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  if (stdin) child.stdin.write(bytesOf(args));
  const all = (name: string) => events.filter(({ event }) => event === name);
  const one = (name: string) => {
    const [event, ...others] = all(name);
    if (!event || others.length > 0) throw new Error(`not one event ${name}: ${JSON.stringify(events)}`);
    return event;
  };
  const end = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, events, stderr, one, all }));
  });
  const next = (name: string) => new Promise<Event>((resolve) => waiting.push({ name, resolve }));
  return { child, next, end };
}

/** Runs the program to its end. */
export function runBuilder(args: readonly string[], options: { stdin?: boolean; env?: Record<string, string> } = {}) {
  return startBuilder(args, options).end;
}
