import { canonicalJson, type PlanKey } from '../plan/key.js';

const LONGEST_VALUE = 60;

/** What differs between the key of a plan that is there and one that is wanted, but for the model, for people. */
export function differences(there: PlanKey, wanted: PlanKey): string[] {
  const found: string[] = [];
  const say = (what: string, a: string | undefined, b: string | undefined) => {
    if (a !== b) found.push(`${what}${what && ' '}${a ?? 'none'} → ${b ?? 'none'}`);
  };
  if (there.backend !== wanted.backend) say('', library(there), library(wanted));
  else say(PRODUCTS[wanted.backend], there.version, wanted.version);
  say('headers', there.headers, wanted.headers);
  say('targets', list(there.targets), list(wanted.targets));
  say('GPU', there.device?.name, wanted.device?.name);
  say('compute capability', there.device?.computeCapability, wanted.device?.computeCapability);
  say('the driver', there.device?.driver, wanted.device?.driver);
  say('platform', there.platform, wanted.platform);
  say('plan format', String(there.format), String(wanted.format));
  for (const name of [...new Set([...Object.keys(there.options), ...Object.keys(wanted.options)])].sort()) {
    const [a, b] = [there.options[name], wanted.options[name]].map((value) => value ?? undefined);
    // Of a version of this library; whether there is a cast at all is said by the precision.
    if (name === 'casting' && (a === undefined || b === undefined)) continue;
    // As a whole: what is cut off may be what differs.
    if (canonicalJson(a) !== canonicalJson(b)) found.push(...optionDifferences(name, a, b));
  }
  return found;
}

const PRODUCTS = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX' };

function library({ backend, version }: PlanKey): string {
  return `${PRODUCTS[backend]} ${version}`;
}

function list(targets: readonly string[]): string {
  return [...new Set(targets)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ') || 'none';
}

const SHOWN = 3;

/** Of lists and objects what differs in them, so that it is seen. */
function optionDifferences(name: string, a: unknown, b: unknown): string[] {
  const [before, after] = [new Map(leaves(a, name)), new Map(leaves(b, name))];
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  const texts = paths.map((path) => `option ${path} ${short(before.get(path))} → ${short(after.get(path))}`);
  return texts.length > SHOWN ? [...texts.slice(0, SHOWN), `${texts.length - SHOWN} more in ${name}`] : texts;
}

function* leaves(value: unknown, path: string): Generator<[string, unknown]> {
  if (value === null || typeof value !== 'object') yield [path, value];
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* leaves(item, `${path}[${i}]`);
  else for (const [key, item] of Object.entries(value)) yield* leaves(item, `${path}.${key}`);
}

function short(value: unknown): string {
  if (value === undefined) return 'default';
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
