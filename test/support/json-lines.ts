import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Sends a request and resolves with its result; rejects with the program's message, or when it is late. */
export type Request = {
  <T>(command: string, args: object, timeoutMs?: number): Promise<T>;
  /** Lets the program end, and waits until it has. */
  end(): Promise<void>;
};

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Starts a program that answers requests, one JSON object a line, one after the other. When an answer is late the program
 * is killed, and the requests behind it fail with the same reason.
 */
export function startProgram(command: string, args: readonly string[]): Request {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map<number, Waiting>();
  let said = '';
  let ended: Error | undefined;
  let last = 0;

  const take = (id: number) => {
    const request = waiting.get(id);
    clearTimeout(request?.timer);
    waiting.delete(id);
    return request;
  };
  const stop = (reason: Error) => {
    ended ??= reason;
    for (const id of [...waiting.keys()]) take(id)?.reject(ended);
  };

  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const closed = new Promise<void>((resolve) => {
    child.on('error', stop).on('close', (code, signal) => {
      stop(new Error(`${command} has ended (${signal ?? code}): ${said.trim()}`));
      resolve();
    });
  });
  // A program that ends before it has read everything shows in 'close'.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as { id: number; result: never; error?: string };
    if (error === undefined) take(id)?.resolve(result);
    else take(id)?.reject(new Error(error));
  });

  const request = <T>(name: string, parameters: object, timeoutMs = 60_000) =>
    new Promise<T>((resolve, reject) => {
      if (ended) {
        reject(ended);
        return;
      }
      const id = ++last;
      const timer = setTimeout(() => {
        stop(new Error(`${name} took longer than ${timeoutMs} ms`));
        child.kill('SIGKILL');
      }, timeoutMs);
      waiting.set(id, { resolve, reject, timer });
      child.stdin.write(`${JSON.stringify({ id, command: name, ...parameters })}\n`);
    });
  const end = () => {
    child.stdin.end();
    return closed;
  };
  return Object.assign(request, { end });
}
