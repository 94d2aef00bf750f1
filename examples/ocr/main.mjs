#!/usr/bin/env node
// @ts-check
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOutput, writeAnnotated } from './annotate.mjs';
import { PictureError } from './picture.mjs';
import { createReader } from './reader.mjs';
import { jsonReport, textReport } from './report.mjs';

const USAGE = `usage: node examples/ocr/main.mjs <picture> [--out annotated.png] [--json] [--no-batching]

Reads the text of a picture and writes a copy that shows where it was found.

  --out FILE     the annotated copy; default: out/<picture name>-annotated.png
  --json         print one JSON object instead of a report
  --no-batching  recognise lines one by one, to see what their batches give
`;

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {string[]} args
 * @returns {Promise<number>} 0 done, 1 failed, 2 wrong use
 */
async function main(args) {
  const request = parse(args);
  if (typeof request === 'string') {
    process.stderr.write(`${request}\n\n${USAGE}`);
    return 2;
  }
  if (request.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new PictureError('interrupted'));
  process.once('SIGINT', onInterrupt);
  try {
    const result = await readAndAnnotate(request, interrupt.signal);
    process.stdout.write(
      request.json ? `${JSON.stringify(jsonReport(result))}\n` : textReport(result, { colour: process.stdout.isTTY }),
    );
    return 0;
  } catch (error) {
    fail(error, request.json);
    return 1;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/**
 * @param {{ file: string, out: string, batching: boolean }} request
 * @param {AbortSignal} signal
 */
async function readAndAnnotate({ file, out, batching }, signal) {
  const start = performance.now();
  checkOutput(out);
  const reader = createReader({ batching });
  try {
    const reading = await reader.read(file, { signal });
    const annotateStart = performance.now();
    await writeAnnotated(out, reading.picture, reading.lines);
    const end = performance.now();
    const timesMs = { ...reading.timesMs, annotate: end - annotateStart, total: end - start };
    return { ...reading, file, timesMs, annotated: out, recognition: await reader.counts() };
  } finally {
    await reader.close();
  }
}

/** @param {string[]} args */
function parse(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        json: { type: 'boolean' },
        'no-batching': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [file = ''] = positionals;
    if (positionals.length !== 1 && !values.help) return 'exactly one picture is needed';
    const name = basename(file, extname(file));
    const out = values.out ?? join('out', `${name}-annotated.png`);
    return {
      file,
      out,
      json: values.json ?? false,
      batching: !values['no-batching'],
      help: values.help ?? false,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param {unknown} error
 * @param {boolean} json
 */
function fail(error, json) {
  const told = error instanceof PictureError || (error instanceof Error && 'code' in error);
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
  process.stderr.write(`${told || !(error instanceof Error) ? message : error.stack}\n`);
}
