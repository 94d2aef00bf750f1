import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentError } from '../errors.js';
import { readModel } from '../onnx/file/read-model.js';
import type { ElementType } from '../onnx/graph/element-types.js';
import { Model } from '../onnx/graph/model.js';
import type { Value } from '../onnx/graph/value.js';
import { knownKeys, objectOption } from '../options.js';
import { tensorTypes } from '../tensor/types.js';
import type { ModelInput } from './open-model.js';

/** Options of `typesOf`. */
export interface TypesOptions {
  /**
   * What the types begin with: 'ResNet' gives ResNetInputs, ResNetOutputs and ResNet. An identifier of TypeScript.
   * @default the name of the file, or of the model's graph, as an identifier; else 'Model'
   */
  name?: string;
}

/**
 * A declaration file with the exact inputs and outputs of a model, for `Engine.load<ResNetInputs, ResNetOutputs>(path)`:
 * the compiler then knows their names and element types. Dimensions are told in comments. What this library does not
 * carry (sequences, 8-bit floats) is `never`, since `Engine.load` refuses the model. Throws MODEL_INVALID as `readModel`,
 * and INVALID_ARGUMENT.
 */
export async function typesOf(input: ModelInput, given: TypesOptions = {}): Promise<string> {
  const options = objectOption<TypesOptions>('options', given);
  knownKeys('options', options, ['name']);
  if (options.name !== undefined && !isTypeName(options.name)) {
    throw argumentError('options.name', 'an identifier of TypeScript that is no reserved word', options.name);
  }
  const model = input instanceof Model ? input : await readModel(input);
  const name = options.name ?? nameOf(input, model);
  const file = fileName(input);
  // Inputs with a default are no inputs of an engine.
  const inputs = model.graph.inputs.filter(
    (value) => value.initializer === undefined && !model.graph.sparse.has(value),
  );
  return [
    `// Made by node-tensorrt types${file === undefined ? '' : ` from ${oneLine(file)}`}: make it again when the model changes.`,
    `import type { Engine, TensorLike } from ${quoted('node-tensorrt')};`,
    '',
    ...typeOf(`${name}Inputs`, 'What the model takes.', inputs),
    '',
    ...typeOf(`${name}Outputs`, 'What the model gives.', model.graph.outputs),
    '',
    `/** The model when it is loaded: \`await Engine.load<${name}Inputs, ${name}Outputs>(path)\`. */`,
    `export type ${name} = Engine<${name}Inputs, ${name}Outputs>;`,
    '',
  ].join('\n');
}

function typeOf(name: string, what: string, values: readonly Value[]): string[] {
  const rows = new Map<string, string[]>();
  for (const value of values) rows.set(value.name, property(value));
  if (rows.size === 0) return [`/** ${what} Nothing. */`, `export type ${name} = Record<never, never>;`];
  return [`/** ${what} */`, `export type ${name} = {`, ...[...rows.values()].flat(), '};'];
}

function property(value: Value): string[] {
  const type = carried(value);
  const doc = value.info?.docString;
  const lines = [shapeText(value), ...(doc ? [doc] : [])].map(oneLine);
  const comment =
    lines.length === 1 ? [`  /** ${lines[0]} */`] : ['  /**', ...lines.map((line) => `   * ${line}`), '   */'];
  return [...comment, `  ${propertyName(value.name)}: ${type === undefined ? 'never' : `TensorLike<'${type}'>`};`];
}

function carried(value: Value): ElementType | undefined {
  const type = value.type?.kind === 'tensor' ? value.elementType : undefined;
  return type !== undefined && (tensorTypes as readonly string[]).includes(type) ? type : undefined;
}

function shapeText(value: Value): string {
  if (value.type?.kind === 'other') return 'No tensor, which an engine does not carry.';
  const type =
    value.elementType === undefined || value.elementType === 'undefined' ? 'of no known type' : value.elementType;
  const note = carried(value) === undefined ? ', which an engine does not carry' : '';
  if (value.dims === undefined) return `${type}, of any rank${note}`;
  if (value.dims.length === 0) return `${type}, a scalar${note}`;
  return `${type} [${value.dims.map((dim) => (dim === null ? '?' : dim)).join(', ')}]${note}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const CONTROL = /[\x00-\x1f\x7f\u2028\u2029]+/g;

/** A model's text within a comment: on one line, and not ending it. */
function oneLine(text: string): string {
  const clean = text.replace(CONTROL, ' ').replaceAll('*/', '* /').trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}

/** Quoted where it is no identifier. */
function propertyName(name: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__') return name;
  return quoted(name);
}

function quoted(text: string): string {
  return `'${[...text].map(escaped).join('')}'`;
}

function escaped(char: string): string {
  if (char === "'" || char === '\\') return `\\${char}`;
  const code = char.codePointAt(0) ?? 0;
  const isPlain =
    code >= 0x20 && code !== 0x7f && code !== 0x2028 && code !== 0x2029 && !(code >= 0xd800 && code < 0xe000);
  return isPlain ? char : `\\u{${code.toString(16)}}`;
}

function nameOf(input: ModelInput, model: Model): string {
  const file = fileName(input)?.replace(/\.\w+$/, '');
  for (const text of [file, model.graph.name]) {
    const name = text === undefined ? '' : pascalCase(text);
    if (isTypeName(name)) return name;
  }
  return 'Model';
}

function fileName(input: ModelInput): string | undefined {
  if (input instanceof URL) return basename(fileURLToPath(input));
  return typeof input === 'string' ? basename(input) : undefined;
}

/** 'resnet-50 v2' as 'Resnet50V2'. */
function pascalCase(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .slice(0, 80);
}

/** The types that the file imports must not be hidden. */
const taken = ['Engine', 'TensorLike', 'Record'];

function isTypeName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z_$][\w$]*$/.test(name) && !taken.includes(name) && !reserved.has(name);
}

const reserved = new Set(
  (
    'any as async await bigint boolean break case catch class const continue debugger default delete do else enum export ' +
    'extends false finally for function if implements import in instanceof interface let never new null number object ' +
    'package private protected public return static string super switch symbol this throw true try typeof undefined ' +
    'unknown var void while with yield'
  ).split(' '),
);
