import { attention } from './attention.js';
import { convolution } from './convolution.js';
import { creation } from './creation.js';
import { elementwise } from './elementwise.js';
import { image } from './image.js';
import { indexing } from './indexing.js';
import { linear } from './linear.js';
import { microsoft } from './microsoft.js';
import { movement } from './movement.js';
import { norm } from './norm.js';
import { recurrent } from './recurrent.js';
import { reduction } from './reduction.js';
import type { ShapeRule, ShapeTable } from './rule.js';

const onnx: ShapeTable = {
  ...attention,
  ...convolution,
  ...creation,
  ...elementwise,
  ...image,
  ...indexing,
  ...linear,
  ...movement,
  ...norm,
  ...recurrent,
  ...reduction,
};

const domains: Readonly<Record<string, ShapeTable>> = { '': onnx, 'com.microsoft': microsoft };

/** How the shapes of an operator's outputs follow; undefined for one that is not known. */
export function findShapeRule(domain: string, opType: string): ShapeRule | undefined {
  const table = Object.hasOwn(domains, domain) ? domains[domain] : undefined;
  return table && Object.hasOwn(table, opType) ? table[opType] : undefined;
}
