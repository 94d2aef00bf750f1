// node make_loud.mjs NvInferImpl.h loud.h Builder Runtime …: writes, for each class VBuilder of NVIDIA's header, a class
// loud::Builder that is an IBuilder, whose every function says that the stand-in does not have it. What a stand-in has
// overrides that: a function that is forgotten, or that a new header adds, is noticed by who calls it, never silently
// answered.
import { readFileSync, writeFileSync } from 'node:fs';

const [header, output, ...names] = process.argv.slice(2);
const text = readFileSync(header, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** @param {string} name */
function loudClass(name) {
  const body = text.match(new RegExp(`class V${name} : public VRoot\\s*\\{([\\s\\S]*?)\\n\\};`))?.[1];
  if (body === undefined) throw new Error(`there is no class V${name} in ${header}`);
  const functions = [...body.matchAll(/virtual\s+([^;]*?)\s*=\s*0\s*;/g)].map(([, declaration]) => {
    const clean = declaration
      .replace(/\b(TRT_NODISCARD|TRT_DEPRECATED|nvinfer1::)/g, '')
      .replace(/\s+/g, ' ')
      .trim();
    const parts = clean.match(/^(.*?)(\w+)\((.*)\)( const)? noexcept$/);
    if (parts === null) throw new Error(`not understood: ${clean}`);
    const [, type, method, parameters, qualifier = ''] = parts;
    const answer =
      method === 'getPImpl' ? 'return this;' : `return standin::not_modelled<${type.trim()}>("I${name}::${method}");`;
    return `  ${type}${method}(${parameters})${qualifier} noexcept override { ${answer} }`;
  });
  return [
    `class ${name} : public I${name}, public apiv::V${name} {`,
    ' public:',
    `  ${name}() noexcept { ${name === 'Layer' ? 'mLayer' : 'mImpl'} = this; }`,
    ...functions,
    '};',
  ].join('\n');
}

writeFileSync(
  output,
  `${[
    '// Written by make_loud.mjs.',
    '#pragma once',
    '#include <NvInfer.h>',
    '#include "test/standins/tensorrt/not_modelled.h"',
    'namespace nvinfer1::loud {',
    ...names.map(loudClass),
    '}  // namespace nvinfer1::loud',
  ].join('\n\n')}\n`,
);
