import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from '../../dist/esm/index.js';
import { identity } from '../fixtures/models.js';
import { type FakeBuild, fakeBuilder } from './fake-builder.js';
import { tempFolder } from './temp-folder.js';

/** A model on disk, and options for a plan beside it. */
export function setUpBuild(script: FakeBuild = {}, model = identity()) {
  const fake = fakeBuilder(script);
  const file = join(tempFolder(), 'same.onnx');
  writeFileSync(file, model);
  const output = join(fake.folder, 'out.plan');
  const make = (options: Partial<BuildOptions> = {}) => build(file, { output, targets: 'sm86', ...options });
  return { ...fake, file, output, make };
}
