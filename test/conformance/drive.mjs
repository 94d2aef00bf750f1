// Drives a runner over the cases. A runner that dies is started again behind the case in which it died.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Outcome
 * @property {'ok' | 'load' | 'run' | 'died'} stage 'ok', or where it failed
 * @property {string} code of the error; of a process that died: its signal or exit code
 * @property {string} message
 * @property {string[]} notes
 *
 * @typedef {object} Item
 * @property {string} name
 * @property {string} model
 * @property {string} inputs path of a bundle; '' to load the model only
 * @property {string} outputs path of the bundle to be written
 */

/**
 * @param {(list: string) => string[]} command the runner: program and arguments, with the path of its list
 * @param {readonly Item[]} items
 * @param {{ dir: string, env?: NodeJS.ProcessEnv, stallMs?: number }} options `dir` for the lists; a runner that says
 *   nothing for `stallMs` is killed
 * @returns {Promise<{ outcomes: Map<string, Outcome>, problem: string | null }>} `outcomes` by name of the case; `problem`:
 *   what the runner did wrong outside of any case
 */
export async function drive(command, items, { dir, env = process.env, stallMs = 60_000 }) {
  /** @type {Map<string, Outcome>} */
  const outcomes = new Map();
  /** @type {string | null} */
  let problem = null;
  for (let round = 0, rest = items; rest.length > 0; round++) {
    const list = path.join(dir, `round-${round}.list`);
    writeFileSync(
      list,
      rest.map((item) => `${[item.name, item.model, item.inputs, item.outputs].join('\t')}\n`).join(''),
    );
    const end = await runOnce(command(list), { env, stallMs }, outcomes);
    const open = rest.filter(({ name }) => !outcomes.has(name));
    const begun = open.filter(({ name }) => end.begun.has(name));
    const isOutside = begun.length === 0 && (open.length > 0 || end.code !== 0);
    // One that ends badly outside of any case would do so for ever.
    for (const { name } of isOutside ? open : begun) {
      outcomes.set(name, { stage: 'died', code: end.how, message: end.stderr.slice(-500), notes: [] });
    }
    if (end.strange !== '') problem = `said: ${end.strange}`;
    if (isOutside) problem = `ended with ${end.how} outside of any case: ${end.stderr}`;
    rest = open.filter(({ name }) => !outcomes.has(name));
  }
  return { outcomes, problem };
}

/**
 * @param {string[]} command
 * @param {{ env: NodeJS.ProcessEnv, stallMs: number }} options
 * @param {Map<string, Outcome>} outcomes gets what ended
 * @returns {Promise<{ code: number | null, how: string, begun: Set<string>, stderr: string, strange: string }>}
 *   `strange`: a line that is not understood
 */
function runOnce([program, ...args], { env, stallMs }, outcomes) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Set<string>} */
    const begun = new Set();
    /** @type {Map<string, string[]>} */
    const notes = new Map();
    let stderr = '';
    let strange = '';
    let partial = '';
    let stalled = false;
    const timer = setTimeout(() => {
      stalled = true;
      child.kill('SIGKILL');
    }, stallMs);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      timer.refresh();
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) {
        const [kind, name, ...rest] = line.split('\t');
        if (kind === 'begin') begun.add(name);
        else if (kind === 'note') notes.set(name, [...(notes.get(name) ?? []), rest[0]]);
        else if (kind === 'end') {
          const stage = /** @type {Outcome['stage']} */ (rest[0]);
          const message = rest[2].replace(/\s+/g, ' ');
          outcomes.set(name, { stage, code: rest[1], message, notes: notes.get(name) ?? [] });
        } else strange = line;
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const how = stalled ? `no word for ${stallMs / 1000} s` : (signal ?? `exit code ${code}`);
      resolve({ code, how, begun, stderr, strange });
    });
  });
}
