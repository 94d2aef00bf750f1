// @ts-check
// Runs one measuring function of a question and prints what it returns: child.mjs PROGRAM FUNCTION PARAMS
import { pathToFileURL } from 'node:url';

const [program, measure, params] = /** @type {[string, string, string]} */ (
  /** @type {unknown} */ (process.argv.slice(2))
);
const question = await import(pathToFileURL(program).href);
const result = await question[measure](JSON.parse(params));
process.stdout.write(`${JSON.stringify(result)}\n`);
