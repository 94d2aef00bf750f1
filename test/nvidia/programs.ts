import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { libraryIn } from '../../scripts/lib/nvidia/checks.mjs';
import { ensureNvidia } from '../../scripts/lib/nvidia/ensure.mjs';
import { checkPrograms } from '../../scripts/lib/nvidia/programs.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { tempFolder } from '../support/temp-folder.js';

const libraries = await ensureNvidia({
  parts: ['tensorrtLib', 'rtxLib'],
  step: (_, work) => work(),
});

/** build_check and parse_check, which the stage has compiled, and the libraries that they open. */
export const programs = checkPrograms(libraries);

export const tensorrt = [
  ...['--library', libraryIn(programs.tensorrtLib, 'libnvinfer')],
  ...['--parser', libraryIn(programs.tensorrtLib, 'libnvonnxparser')],
];

export const rtx = [
  ...['--library', libraryIn(programs.rtxLib, 'libtensorrt_rtx')],
  ...['--parser', libraryIn(programs.rtxLib, 'libtensorrt_onnxparser_rtx')],
];

export const standinTensorrt = [
  ...['--library', libraryIn(programs.standins, 'libnvinfer')],
  ...['--parser', libraryIn(programs.standins, 'libnvonnxparser')],
];

export const standinRtx = [
  ...['--library', libraryIn(programs.standins, 'libtensorrt_rtx')],
  ...['--parser', libraryIn(programs.standins, 'libtensorrt_onnxparser_rtx')],
];

/** Runs a program to its end. */
export function runProgram(program: string, args: readonly string[], env: Record<string, string> = {}) {
  return run(program, [...args], { env: { ...process.env, ...env } });
}

/** A file with this model, or with these bytes. */
export function modelFile(model: Parameters<typeof onnxModel>[0] | Uint8Array): string {
  const file = path.join(tempFolder(), 'model.onnx');
  writeFileSync(file, model instanceof Uint8Array ? model : onnxModel(model));
  return file;
}
