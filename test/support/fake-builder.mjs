#!/usr/bin/env node
// A builder program that speaks the protocol of the real one and builds nothing: what it tells is in the environment
// variable FAKE_BUILDER (JSON), so that tests have every ending at hand. It notes each call in `calls`.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const script = JSON.parse(process.env.FAKE_BUILDER ?? '{}');
const version = script.version ?? '1.7.1.116';

const chunks = [];
let wanted = Number.POSITIVE_INFINITY;
process.stdin.on('data', (chunk) => {
  chunks.push(chunk);
  const all = Buffer.concat(chunks);
  const newline = all.indexOf(10);
  if (newline < 0) return;
  wanted = newline + 1 + Number(all.toString('latin1', 0, newline));
  if (all.length >= wanted)
    run(
      all
        .toString('utf8', newline + 1, wanted)
        .split('\0')
        .slice(0, -1),
    );
});
process.stdin.on('end', () => process.exit(3));

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const end = (code) => process.stdout.write('', () => process.exit(code));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function run([module, command, ...args]) {
  if (script.calls) appendFileSync(script.calls, `${JSON.stringify({ module, command, args, pid: process.pid })}\n`);
  const flavour = /backend-(.*)\.\w+$/.exec(module)[1];
  if (script.noLibrary) {
    tell({ event: 'failed', code: 'BACKEND_UNAVAILABLE', message: 'it is nowhere', details: { tried: 'a, b' } });
    return end(2);
  }
  if (command === 'devices') {
    if (script.noDriver) tell({ event: 'failed', code: 'BACKEND_UNAVAILABLE', message: 'no CUDA driver', details: {} });
    else tell({ event: 'devices', driver: '580.65', devices: script.devices ?? [] });
    return end(script.noDriver ? 2 : 0);
  }
  tell({ event: 'library', flavour, version, path: script.library ?? module, parser: 'parser', headers: '1.7.0' });
  if (command === 'find') return end(0);
  await build(new Map(args.flatMap((name, i) => (i % 2 === 0 ? [[name, args[i + 1]]] : []))));
}

async function build(args) {
  process.stdout.write('this line is none of ours\n');
  if (script.refused) {
    tell({ event: 'refused', nodes: script.refused });
    return end(1);
  }
  tell({
    event: 'parsed',
    layers: 1,
    inputs: [{ name: 'x', type: 'float32', dims: [-1, 4] }],
    outputs: [{ name: 'y', type: 'float32', dims: [-1, 4] }],
    seconds: 0.01,
  });
  tell({ event: 'phase', name: 'Building engine', parent: '', steps: 2 });
  tell({ event: 'phase', name: 'Timing', parent: 'Building engine', steps: 4 });
  for (let done = 1; done <= 4; done++) {
    tell({ event: 'step', name: 'Timing', done });
    await wait(script.stepMs ?? 0);
  }
  tell({ event: 'phase-end', name: 'Timing' });
  tell({ event: 'step', name: 'Building engine', done: 1 });
  for (const event of script.events ?? []) tell(event);
  if (script.stderr) process.stderr.write(script.stderr);
  if (script.hang) return;
  if (script.signal) process.kill(process.pid, script.signal);
  if (script.failed) {
    tell({ event: 'failed', ...script.failed });
    return end(1);
  }
  if (script.exit !== undefined) return end(script.exit);
  const bytes = Buffer.alloc(script.bytes ?? 1000, `plan of ${readFileSync(args.get('--model')).length} bytes`);
  writeFileSync(args.get('--plan'), bytes);
  const layer = { name: 'same', type: 'IDENTITY', precision: 'float32', inputs: ['x'] };
  writeFileSync(
    args.get('--layers'),
    JSON.stringify([{ ...layer, outputs: [{ name: 'y', type: 'float32', dims: [-1, 4] }] }]),
  );
  tell({ event: 'phase-end', name: 'Building engine' });
  tell({ event: 'built', bytes: bytes.length, seconds: 0.05, peakBytes: 50_000_000 });
  end(0);
}
