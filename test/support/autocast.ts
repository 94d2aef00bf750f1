import { readFileSync } from 'node:fs';
import type { PrecisionCount } from './onnx-reference.js';
import type { RealModelName } from './real-models.js';

/** How far a result is from the original's in float32, over all samples together. */
export interface OutputError {
  /** Signal-to-noise ratio in dB; null when there is no difference, or when `note` says why not. */
  snrDb: number | null;
  maxError: number | null;
  /** The share of the rows of the last dimension whose largest element is at the same place. */
  sameTop1?: number;
  note?: string;
}

/** What another tool made of a real model; recorded by `npm run reference:autocast`. */
export interface CastRecord {
  tool: 'autocast' | 'onnxconverter-common';
  to: 'fp16' | 'bf16';
  keepIoTypes: boolean;
  /** Why there is no result. */
  failed?: string;
  /** What AutoCast itself says: nodes kept in float32, the others, and the operators of the first. */
  classified?: { high: number; low: number; highOps: Record<string, number> };
  opset?: number;
  /** What onnx.checker has against the result; null when nothing. */
  checker?: string | null;
  counts?: PrecisionCount;
  /** By output: in float32 with rounding behind every low node; or why that could not be. */
  emulated?: Record<string, OutputError> | string;
  /** By output: on ONNX Runtime's CPU backend as it is, which computes most of float16 in float32; or why not. */
  onnxruntime?: Record<string, OutputError> | string;
}

interface CastRecords {
  about: Record<string, string>;
  versions: Record<string, string>;
  models: { name: RealModelName; nodes: number; samples: number; results: CastRecord[] }[];
}

export const castRecords = JSON.parse(
  readFileSync(new URL('../fixtures/autocast.json', import.meta.url), 'utf8'),
) as CastRecords;

/** What AutoCast, or another tool, made of a model. */
export function castRecord(
  name: RealModelName,
  to: CastRecord['to'],
  { tool = 'autocast', keepIoTypes = true }: Partial<Pick<CastRecord, 'tool' | 'keepIoTypes'>> = {},
): CastRecord {
  const model = castRecords.models.find((candidate) => candidate.name === name);
  const found = model?.results.find((r) => r.tool === tool && r.to === to && r.keepIoTypes === keepIoTypes);
  if (!found) throw new Error(`autocast.json has no ${to} of ${name} by ${tool}; npm run reference:autocast`);
  return found;
}
