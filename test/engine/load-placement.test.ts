import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { load, turn } from '../support/engines.js';
import { failure } from '../support/failure.js';

type CodedWarning = Error & { code?: string };
let warnings: CodedWarning[] = [];
const onWarning = (warning: CodedWarning) => warnings.push(warning);

beforeEach(() => {
  warnings = [];
  process.on('warning', onWarning);
});

afterEach(() => {
  process.off('warning', onWarning);
});

/** Warnings are emitted in the next tick. */
async function fallbackWarnings(): Promise<CodedWarning[]> {
  await turn();
  return warnings.filter(({ name }) => name === 'NodeTensorRTWarning');
}

describe("load() with backend 'tensorrt'", () => {
  test.each(['tensorrt', 'tensorrt-rtx'] as const)(
    'rejects %s with BACKEND_UNAVAILABLE by default',
    async (backend) => {
      const unavailable = failure('BACKEND_UNAVAILABLE', { option: 'options.backend', asked: backend });
      await expect(load(identity(), { backend })).rejects.toEqual(unavailable);
      await expect(load(identity(), { backend, fallback: 'error' })).rejects.toEqual(unavailable);
      expect(await fallbackWarnings()).toEqual([]);
    },
  );

  test("runs on the CPU with one warning per engine for fallback 'warn'", async () => {
    const engine = await load(identity(), { backend: 'tensorrt', fallback: 'warn', name: 'first' });
    expect(engine.backend).toBe('cpu');
    await load(identity(), { backend: 'tensorrt', fallback: 'warn', name: 'second' });
    const emitted = await fallbackWarnings();
    expect(emitted.map(({ code }) => code)).toEqual(['NODE_TENSORRT_FALLBACK', 'NODE_TENSORRT_FALLBACK']);
    expect(emitted[0]?.message).toContain("'first'");
    expect(emitted[1]?.message).toContain("'second'");
  });

  test("runs on the CPU without a warning for fallback 'allow', and says so in placement", async () => {
    const engine = await load(identity(), { backend: 'tensorrt', fallback: 'allow' });
    expect(engine.placement.deviations).toEqual([
      { option: 'backend', asked: 'tensorrt', inForce: 'cpu', reason: expect.stringMatching(/\S/) },
    ]);
    expect(await fallbackWarnings()).toEqual([]);
  });
});

describe('load() with a device', () => {
  test.each([0, 'GPU-5c8a', 'cuda:0'])('rejects %j with BACKEND_UNAVAILABLE by default', async (device) => {
    await expect(load(identity(), { device })).rejects.toEqual(
      failure('BACKEND_UNAVAILABLE', { option: 'options.device', asked: String(device) }),
    );
  });

  test("names the deviation for fallback 'allow'", async () => {
    const { placement } = await load(identity(), { device: 0, fallback: 'allow' });
    expect(placement).toMatchObject({ device: 'cpu', deviations: [{ option: 'device', asked: '0', inForce: 'cpu' }] });
  });

  test('names every deviation when the backend and the device cannot be had', async () => {
    const { placement } = await load(identity(), { backend: 'tensorrt', device: 0, fallback: 'allow' });
    expect(placement.deviations.map(({ option }) => option).sort()).toEqual(['backend', 'device']);
  });
});

describe('load() with what there is', () => {
  test("gives 'auto' and 'cpu' the CPU: no deviation, no warning", async () => {
    for (const backend of ['auto', 'cpu'] as const) {
      const engine = await load(identity(), { backend, device: 'cpu', fallback: 'warn' });
      expect(engine.placement.deviations).toEqual([]);
    }
    expect(await fallbackWarnings()).toEqual([]);
  });
});
