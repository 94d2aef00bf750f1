import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataOf, TensorMap, TensorType } from 'node-tensorrt';
import { afterAll, beforeAll } from 'vitest';
import { dataTypes } from '../../lib/tensor/data-types.js';
import { ensureOnnxReference } from '../../scripts/lib/reference/environments.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { startProgram } from './json-lines.js';

const PROGRAM = fileURLToPath(new URL('onnx_reference.py', import.meta.url));

/** A size, the name of one, or null where nothing is known; `dims` itself is null when not even the rank is. */
export type ReferenceDims = (number | string | null)[] | null;

export interface ReferenceValue {
  /** null where it is not known; ONNX's name for types this library has none for, as 'float8e4m3fn'. */
  type: TensorType | (string & {}) | null;
  dims: ReferenceDims;
}

export interface ReferenceNode {
  name: string;
  opType: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: { name: string; type: string; graphs?: ReferenceNode[][] }[];
}

export interface ReferenceDescription {
  irVersion: number;
  opsets: Record<string, number>;
  inputs: (ReferenceValue & { name: string })[];
  outputs: (ReferenceValue & { name: string })[];
  initializers: { name: string; type: TensorType; dims: number[] }[];
  nodes: ReferenceNode[];
}

export interface PrecisionCount {
  nodes: number;
  /** Nodes with float32 results (or inputs, where no result is a floating-point tensor), Casts and Constants left out. */
  wide: number;
  /** The same with float16 or bfloat16. */
  low: number;
  /** Nodes of integers, booleans or strings only. */
  other: number;
  /** Casts between floating-point types. */
  casts: number;
  constants: number;
  /** Operators of the wide nodes, with how many there are of each. */
  wideOps: Record<string, number>;
}

export interface ReferenceRun {
  /** How much ONNX Runtime may change the graph: nothing, or as it does by itself ('all', the default). */
  optimise?: 'none' | 'all';
  /** Every tensor that a node of the main graph makes, not only the outputs. */
  every?: boolean;
  timeoutMs?: number;
}

/** Python's onnx and onnxruntime (CPU). Models are paths; every call rejects with Python's message when it fails. */
export interface OnnxReference {
  versions(): Promise<{ onnx: string; onnxruntime: string; numpy: string }>;
  /** What onnx.checker has against a model; null when nothing. `full` (default) infers shapes, strictly, too. */
  check(model: string | Uint8Array, options?: { full?: boolean }): Promise<string | null>;
  /** Types and shapes of the main graph's values by onnx.shape_inference; `strict` (default) rejects where it fails. */
  infer(model: string | Uint8Array, options?: { strict?: boolean }): Promise<Record<string, ReferenceValue>>;
  /** Writes the model, brought to an opset by onnx.version_converter. */
  convert(model: string | Uint8Array, opset: number, output: string): Promise<void>;
  /** Whether parsing the file and writing it again gives the same bytes. */
  reserialize(model: string | Uint8Array): Promise<{ equal: boolean; bytes: number; written: number }>;
  describe(model: string | Uint8Array): Promise<ReferenceDescription>;
  run(model: string | Uint8Array, inputs: TensorMap, options?: ReferenceRun): Promise<TensorMap>;
  /** The same with .npz files for inputs and outputs. */
  runNpz(model: string | Uint8Array, inputs: string, outputs: string, options?: ReferenceRun): Promise<void>;
  /** How many nodes of the main graph compute in float32 and how many in a low type (see precision_count.py). */
  precisions(model: string | Uint8Array): Promise<PrecisionCount>;
  /**
   * Writes a float32 model that rounds as `model` does in float16 or bfloat16 (see low_precision_emulation.py). Inputs and
   * outputs keep their types, or with `wideIo` are float32 and rounded.
   */
  emulate(model: string | Uint8Array, output: string, options?: { wideIo?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** The reference for all tests of a file: started before the first, ended after the last. */
export function useOnnxReference(): OnnxReference {
  const started: { reference?: OnnxReference } = {};
  beforeAll(async () => {
    started.reference = await startOnnxReference();
  }, 300_000);
  afterAll(() => started.reference?.close());
  return new Proxy({} as OnnxReference, {
    get: (_, name) => {
      if (!started.reference) throw new Error('the reference is there in tests and hooks only');
      return started.reference[name as keyof OnnxReference];
    },
  });
}

/** Starts the program, after its Python environment was made if there was none. */
export async function startOnnxReference({ program = PROGRAM } = {}): Promise<OnnxReference> {
  const { python } = await ensureOnnxReference((await findTools()).tools.python);
  const request = startProgram(python, ['-X', 'utf8', program]);
  const folder = mkdtempSync(join(tmpdir(), 'onnx-reference-'));
  let files = 0;
  const newFile = (name: string) => join(folder, `${++files}-${name}`);
  const pathOf = (model: string | Uint8Array) => {
    if (typeof model === 'string') return model;
    const file = newFile('model.onnx');
    writeFileSync(file, model);
    return file;
  };
  const runOptions = ({ optimise = 'all', every = false }: ReferenceRun) => ({
    optimise,
    outputs: every ? 'all' : 'declared',
  });
  return {
    versions: () => request('versions', {}),
    check: async (model, { full = true } = {}) => {
      const { problem } = await request<{ problem: string | null }>('check', { model: pathOf(model), fullCheck: full });
      return problem;
    },
    infer: async (model, { strict = true } = {}) =>
      (await request<{ values: Record<string, ReferenceValue> }>('infer', { model: pathOf(model), strict })).values,
    convert: (model, opset, output) => request('convert', { model: pathOf(model), opset, output }),
    reserialize: (model) => request('reserialize', { model: pathOf(model) }),
    describe: (model) => request('describe', { model: pathOf(model) }),
    run: async (model, inputs, options = {}) => {
      const [tensors, output] = [newFile('inputs'), newFile('outputs')];
      const specs = writeTensors(tensors, inputs);
      const call = { model: pathOf(model), tensors, specs, output, ...runOptions(options) };
      const { outputs } = await request<{ outputs: TensorSpan[] }>('run', call, options.timeoutMs);
      return readTensors(output, outputs);
    },
    runNpz: (model, inputs, outputs, options = {}) => {
      const call = { model: pathOf(model), npz: inputs, outputNpz: outputs, ...runOptions(options) };
      return request('run', call, options.timeoutMs);
    },
    precisions: (model) => request('precisions', { model: pathOf(model) }),
    emulate: (model, output, { wideIo = false } = {}) => request('emulate', { model: pathOf(model), output, wideIo }),
    close: async () => {
      await request.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface TensorSpan {
  name: string;
  type: TensorType;
  dims: number[];
  offset: number;
  bytes: number;
}

function writeTensors(file: string, tensors: TensorMap): TensorSpan[] {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const spans = Object.entries(tensors).map(([name, { type, dims, data }]) => {
    if (type === 'string') throw new Error(`${name}: string tensors cannot be handed over`);
    const view = data as Exclude<DataOf<TensorType>, string[]>;
    parts.push(new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength));
    const span = { name, type, dims: [...dims], offset, bytes: view.byteLength };
    offset += view.byteLength;
    return span;
  });
  writeFileSync(file, Buffer.concat(parts));
  return spans;
}

function readTensors(file: string, spans: readonly TensorSpan[]): TensorMap {
  const bytes = readFileSync(file);
  const tensor = ({ type, dims, offset, bytes: size }: TensorSpan) => ({
    type,
    dims,
    data: dataTypes[type].over(Uint8Array.from(bytes.subarray(offset, offset + size)).buffer),
  });
  return Object.fromEntries(spans.map((span) => [span.name, tensor(span)]));
}
