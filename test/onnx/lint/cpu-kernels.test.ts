// The table of what ONNX Runtime has no kernels for, compared with what it says of ONNX's operator cases in 16 bits.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import type { Model } from '../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../dist/esm/onnx/graph/tensor.js';
import { tensorType } from '../../../dist/esm/onnx/graph/value-type.js';
import { castForFloat16, withoutBfloat16 } from '../../../dist/esm/onnx/lint/tables/cpu-kernels.js';
import { ensureOnnxCases, onnxCasesDir } from '../../../scripts/lib/onnx-cases.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { tempFolder } from '../../support/temp-folder.js';

beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

const skipped = ['Cast', 'CastLike', 'Constant', 'ConstantOfShape', 'EyeLike', 'RandomNormal', 'RandomUniform'];

/** The model with all float32 in 16 bits; undefined where it has none, or is not of one operator. */
function inType(model: Model, type: 'float16' | 'bfloat16'): Model | undefined {
  const { graph } = model;
  const [node, ...more] = graph.nodes;
  if (!node || more.length > 0 || model.functions.length > 0 || node.domain !== '' || node.subgraphs.length > 0)
    return undefined;
  if (skipped.includes(node.opType)) return undefined;
  let changed = 0;
  for (const value of graph.values) {
    if (value.type?.kind === 'other') return undefined;
    if (value.elementType !== 'float32') continue;
    changed++;
    if (value.initializer)
      graph.setInitializer(
        value,
        Tensor.raw(type, value.initializer.dims, new Uint8Array(2 * value.initializer.elementCount)),
      );
    if (value.type) value.type = tensorType(type, value.dims);
  }
  return changed > 0 ? model : undefined;
}

/** 'none': refused for want of a kernel; 'casts': run with casts; 'kernel'; undefined: refused for another reason. */
async function answer(bytes: Uint8Array, optimizedModelFilePath: string): Promise<string | undefined> {
  try {
    const session = await InferenceSession.create(bytes, {
      graphOptimizationLevel: 'disabled',
      optimizedModelFilePath,
      logSeverityLevel: 4,
    });
    await session.release();
  } catch (error) {
    return /Could not find an implementation|NOT_IMPLEMENTED/.test(String(error)) ? 'none' : undefined;
  }
  const { graph } = await readModel(new Uint8Array(await readFile(optimizedModelFilePath)));
  return graph.nodes.some((node) => node.is('Cast')) ? 'casts' : 'kernel';
}

async function answers(type: 'float16' | 'bfloat16'): Promise<Map<string, Set<string>>> {
  const optimized = join(tempFolder(), 'optimized.onnx');
  const found = new Map<string, Set<string>>();
  for (const name of readdirSync(onnxCasesDir)) {
    const read = await readModel(join(onnxCasesDir, name, 'model.onnx'));
    const model = inType(read, type);
    const opType = model?.graph.nodes[0]?.opType ?? '';
    if (!model) continue;
    const kind = await answer(await serializeModel(model), optimized);
    if (kind) found.set(opType, (found.get(opType) ?? new Set()).add(kind));
  }
  return found;
}

test('withoutBfloat16 has the operators that ONNX Runtime refuses with bfloat16, and no other', async () => {
  const found = await answers('bfloat16');
  const refused = [...found].filter(([, kinds]) => kinds.has('none') && !kinds.has('kernel')).map(([name]) => name);
  expect(refused.sort()).toEqual([...withoutBfloat16].sort());
  expect(refused.length).toBeGreaterThan(80);
}, 120_000);

test('castForFloat16 has the operators that ONNX Runtime runs with float16 by casts, and no other', async () => {
  const found = await answers('float16');
  const cast = [...found].filter(([, kinds]) => kinds.has('casts')).map(([name]) => name);
  expect(cast.sort()).toEqual([...castForFloat16].sort());
  expect(cast.length).toBeGreaterThan(80);
}, 120_000);
