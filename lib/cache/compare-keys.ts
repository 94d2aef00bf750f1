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
  say('compute capability', there.device?.computeCapability, wanted.device?.computeCapability);
  say('the driver', there.device?.driver, wanted.device?.driver);
  say('platform', there.platform, wanted.platform);
  say('plan format', String(there.format), String(wanted.format));
  for (const name of [...new Set([...Object.keys(there.options), ...Object.keys(wanted.options)])].sort()) {
    const [a, b] = [there.options[name], wanted.options[name]].map((value) => value ?? undefined);
    // As a whole: what is cut off may be what differs.
    if (canonicalJson(a) !== canonicalJson(b)) found.push(`option ${name} ${short(a)} → ${short(b)}`);
  }
  return found;
}

const PRODUCTS = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX' };

function library({ backend, version }: PlanKey): string {
  return `${PRODUCTS[backend]} ${version}`;
}

function list(targets: readonly string[]): string {
  return [...new Set(targets)].sort().join(', ') || 'none';
}

function short(value: unknown): string {
  if (value === undefined) return 'default';
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
