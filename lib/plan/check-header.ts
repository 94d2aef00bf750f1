import type { PlanHeader, PlanSignature } from './header.js';

type Test = (value: unknown) => boolean;

const text: Test = (value) => typeof value === 'string';
const flag: Test = (value) => typeof value === 'boolean';
const count: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const dim: Test = (value) => typeof value === 'string' || Number.isSafeInteger(value);
const record: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list =
  (item: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(item);
const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

function fields(tests: Readonly<Record<string, Test>>): Test {
  return (value) => record(value) && firstWrong(value as object, tests) === undefined;
}

function firstWrong(value: object, tests: Readonly<Record<string, Test>>): string | undefined {
  return Object.keys(tests).find((name) => !tests[name]?.((value as Record<string, unknown>)[name]));
}

const hash: Test = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const backend: Test = (value) => value === 'tensorrt' || value === 'tensorrt-rtx';
const tensor = fields({ name: text, type: text, dims: list(dim) });
const sizes = list((value) => Number.isSafeInteger(value));
const triple = { min: sizes, opt: sizes, max: sizes };
const range = fields({ ...triple, values: optional(fields(triple)) });
const profile: Test = (value) => record(value) && Object.values(value as object).every(range);
const layer = fields({ name: text, type: text, precision: text, inputs: list(text), outputs: list(tensor) });

const header: Readonly<Record<keyof PlanHeader, Test>> = {
  formatVersion: (value) => value === 1,
  createdAt: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  createdBy: text,
  backend,
  version: text,
  headers: text,
  targets: list(text),
  device: optional(fields({ name: text, uuid: text, computeCapability: text, driver: text })),
  platform: text,
  options: record,
  model: fields({ name: text, sha256: hash, bytes: count, precision: text, structureSha256: optional(hash) }),
  inputs: list(tensor),
  outputs: list(tensor),
  profiles: list(profile),
  layers: list(layer),
  messages: list(fields({ severity: text, text })),
  payload: fields({ offset: count, bytes: count, sha256: hash }),
  refittable: flag,
  stripped: flag,
  versionCompatible: flag,
  buildMs: optional(count),
  key: optional(
    fields({
      model: hash,
      options: record,
      backend,
      version: text,
      headers: text,
      targets: list(text),
      device: optional(fields({ name: text, computeCapability: text, driver: text })),
      platform: text,
      format: count,
    }),
  ),
};

const signature = fields({
  algorithm: (value) => value === 'hmac-sha256' || value === 'ed25519',
  keyId: text,
  value: text,
});

/** The name of the first field that is not what it must be, if any. */
export function wrongField(value: unknown): string | undefined {
  return record(value) ? firstWrong(value as object, header) : 'header';
}

/** Checking one costs; more than anybody needs are somebody's joke. */
const MAX_SIGNATURES = 64;

export function areSignatures(value: unknown): value is PlanSignature[] {
  return list(signature)(value) && (value as unknown[]).length <= MAX_SIGNATURES;
}
