import { cpSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useModels } from '../process/harness/models.js';

const env = useModels('matmul16', 'strings', 'identity');
const target = process.env['MODELS_TO'];

it('writes the models to the folder that MODELS_TO names', () => {
  expect(target).toBeDefined();
  cpSync(env['MODELS'] as string, target as string, { recursive: true });
});
