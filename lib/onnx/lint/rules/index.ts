import type { LintRule } from '../rule.js';
import { attributeKind } from './attribute-kind.js';
import { batchDimension } from './batch-dimension.js';
import { castChain } from './cast-chain.js';
import { constantNode } from './constant-node.js';
import { cpuKernel } from './cpu-kernel.js';
import { cycle } from './cycle.js';
import { danglingInput } from './dangling-input.js';
import { denormalWeight } from './denormal-weight.js';
import { duplicateNodeName } from './duplicate-node-name.js';
import { externalData } from './external-data.js';
import { float64Compute } from './float64-compute.js';
import { fp16Overflow } from './fp16-overflow.js';
import { hugeConstant } from './huge-constant.js';
import { int64Range } from './int64-range.js';
import { missingOpset } from './missing-opset.js';
import { missingShape } from './missing-shape.js';
import { modelSize } from './model-size.js';
import { nonFiniteWeight } from './non-finite-weight.js';
import { operatorVersion } from './operator-version.js';
import { opsetVersion } from './opset-version.js';
import { quantizationOpset } from './quantization-opset.js';
import { shadowedName } from './shadowed-name.js';
import { tensorrtAttribute } from './tensorrt-attribute.js';
import { tensorrtConstantInput } from './tensorrt-constant-input.js';
import { tensorrtControlFlow } from './tensorrt-control-flow.js';
import { tensorrtDynamicShape } from './tensorrt-dynamic-shape.js';
import { tensorrtOperator } from './tensorrt-operator.js';
import { tensorrtPlugin } from './tensorrt-plugin.js';
import { tensorrtQuantization } from './tensorrt-quantization.js';
import { tensorrtRank } from './tensorrt-rank.js';
import { tensorrtTuring } from './tensorrt-turing.js';
import { tensorrtType } from './tensorrt-type.js';
import { trainingNode } from './training-node.js';
import { typeMismatch } from './type-mismatch.js';
import { unknownDomain } from './unknown-domain.js';
import { unnamedDim } from './unnamed-dim.js';
import { unreadable } from './unreadable.js';
import { unsortedNodes } from './unsorted-nodes.js';
import { unusedFunction } from './unused-function.js';
import { unusedInitializer } from './unused-initializer.js';
import { unusedInput } from './unused-input.js';
import { unusedNode } from './unused-node.js';
import { unusedOutput } from './unused-output.js';

/** All rules, in the order of docs/onnx-lint.md. */
export const lintRules: readonly LintRule[] = [
  // Whether it is a sound ONNX model.
  ...[unreadable, attributeKind, danglingInput, cycle, unsortedNodes, duplicateNodeName, shadowedName],
  ...[missingOpset, unknownDomain, operatorVersion, opsetVersion, quantizationOpset, typeMismatch],
  // What TensorRT refuses.
  ...[tensorrtOperator, tensorrtAttribute, tensorrtConstantInput, tensorrtType, tensorrtRank],
  ...[tensorrtQuantization, tensorrtControlFlow, tensorrtPlugin, tensorrtDynamicShape, tensorrtTuring],
  // What computes something else, or slowly.
  ...[trainingNode, float64Compute, cpuKernel, castChain],
  // Inputs and outputs.
  ...[missingShape, unnamedDim, batchDimension],
  // Weights.
  ...[nonFiniteWeight, denormalWeight, fp16Overflow, int64Range, constantNode, hugeConstant, modelSize, externalData],
  // What is there for nothing.
  ...[unusedNode, unusedInitializer, unusedInput, unusedOutput, unusedFunction],
];
