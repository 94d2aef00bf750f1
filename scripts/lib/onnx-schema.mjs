import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { packageFile, root } from './paths.mjs';
import { pins } from './pins.mjs';
import { run } from './run.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';
import { ensureWheelFile, wheelFilePath } from './wheel-file.mjs';

/** Where the messages of ONNX's schema lie as TypeScript. Generated, never committed. */
const generated = path.join(root, 'lib', 'onnx', 'proto');
const stamp = path.join(root, 'build', 'onnx-schema.stamp');

/**
 * Writes lib/onnx/proto/onnx_pb.ts from the schema that ONNX's Python package brings.
 * @param {string} python
 */
export async function generateOnnxMessages(python) {
  const { fresh } = await ensureWheelFile(python, 'onnx-schema', pins.onnxSchema);
  const schema = wheelFilePath('onnx-schema', pins.onnxSchema);
  const versions = ['buf', 'protoc-gen-es'].map(
    (name) => JSON.parse(readFileSync(packageFile(`@bufbuild/${name}`, 'package.json'), 'utf8')).version,
  );
  const hash = hashFiles(root, ['scripts/lib/onnx-schema.mjs'], [pins.onnxSchema.sha256, versions]);
  const note = `ONNX ${pins.onnxSchema.version}`;
  const target = path.join(generated, 'onnx_pb.ts');
  if (existsSync(target) && isStamped(stamp, hash)) return { fresh, note };

  mkdirSync(path.dirname(stamp), { recursive: true });
  const temporary = mkdtempSync(path.join(root, 'build', 'onnx-schema-'));
  try {
    // Named after the package in it, as in ONNX's own sources.
    copyFileSync(schema, path.join(temporary, 'onnx.proto'));
    const plugin = packageFile('@bufbuild/protoc-gen-es', 'bin/protoc-gen-es');
    const template = {
      version: 'v2',
      plugins: [{ local: ['node', plugin], out: temporary, opt: ['target=ts', 'import_extension=js'] }],
    };
    const buf = packageFile('@bufbuild/buf', 'bin/buf');
    const { code, output } = await run(process.execPath, [
      ...[buf, 'generate', temporary, '--template', JSON.stringify(template)],
    ]);
    if (code !== 0)
      throw new SetupError(`The messages of ONNX's schema could not be generated:\n\n${output.trimEnd()}`);
    mkdirSync(generated, { recursive: true });
    renameSync(path.join(temporary, 'onnx_pb.ts'), target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  writeStamp(stamp, hash);
  return { fresh: false, note: `${note}, generated` };
}
