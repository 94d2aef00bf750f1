import { NodeTensorRTError } from '../index.js';
import type { ModelOnBackend } from '../toolkit/compare/side-option.js';
import {
  type CompareOptions,
  compareModels,
  comparisonJson,
  comparisonPage,
  formatComparison,
  readSamples,
  type Tolerance,
} from '../toolkit/index.js';
import { inspectedFile } from '../toolkit/plan/is-plan.js';
import { WrongUse } from './failure.js';
import { outputFile, writeText } from './output-file.js';
import { Progress } from './progress.js';
import { parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt compare A B --samples DIR [--tolerance NAME=VALUE …] [--inner] [--html FILE] [--json]

Runs two models on the same samples and says how far the outputs of B are from those of A. Exit code: 1 where they are
not within the tolerances, or not finite in one of both. One of them, or both, may be a plan, with --backend A|B=auto.

  --samples DIR           folder of samples: .npz files or folders of .npy files, named after the inputs (docs/samples.md)
  --max-samples N         the first N only (default: all)
  --tolerance NAME=VALUE  maxAbs, meanAbs, maxRel, cosine, snr (dB), rtol, atol, argMax or differing, for all outputs; may
                          be repeated (default: what is not finite in one of both fails)
  --output A=B            an output that has another name in B; may be repeated
  --inner                 compares values inside too, and names the first node that errs
  --backend A|B=NAME      auto, cpu, tensorrt or tensorrt-rtx for one of both; may be repeated (default: cpu)
  --html FILE             writes a page with plots as well
  --json                  the report as JSON`;

export const verb: Verb = { help, run };

const limits = ['maxAbs', 'meanAbs', 'maxRel', 'cosine', 'snr', 'rtol', 'atol', 'argMax', 'differing'] as const;
const backends = ['auto', 'cpu', 'tensorrt', 'tensorrt-rtx'] as const;

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    samples: { type: 'string' },
    'max-samples': { type: 'string' },
    tolerance: { type: 'string', multiple: true },
    output: { type: 'string', multiple: true },
    inner: { type: 'boolean' },
    backend: { type: 'string', multiple: true },
    html: { type: 'string' },
    json: { type: 'boolean' },
  });
  const [a, b, ...more] = positionals;
  if (a === undefined || b === undefined || more.length > 0) throw new WrongUse('compare takes two models');
  if (values.samples === undefined) throw new WrongUse('--samples says what the models run on');
  const page =
    values.html === undefined ? undefined : await outputFile(values.html, { option: '--html', inputs: [a, b] });
  const progress = new Progress();
  const options: CompareOptions = {
    tolerances: tolerance(values.tolerance ?? []),
    outputs: Object.fromEntries((values.output ?? []).map((text) => pair('--output', text))),
    intermediates: values.inner ?? false,
    onProgress: ({ phase, done, total }) =>
      progress.show(
        `${phase === 'outputs' ? 'samples' : 'inner values'}: ${done}${total === null ? '' : ` of ${total}`}`,
      ),
  };
  const sides = backendsOf(values.backend ?? []);
  for (const [side, model] of [
    ['a', a],
    ['b', b],
  ] as const) {
    if ((await inspectedFile(model)).isPlan) checkPlan(side, model, sides[side].backend, values.inner ?? false);
  }
  const samples = first(readSamples(values.samples), values['max-samples']);
  try {
    progress.show('loading …');
    const report = await compareModels({ model: a, ...sides.a }, { model: b, ...sides.b }, samples, options);
    progress.clear();
    print(values.json ? comparisonJson(report, 2) : formatComparison(report));
    if (page !== undefined) await writeText('--html', page, await comparisonPage(report));
    return report.passed ? 0 : 1;
  } finally {
    progress.clear();
  }
}

/** A plan runs on the GPU that it is for, and shows no values inside. */
function checkPlan(side: 'a' | 'b', plan: string, backend: ModelOnBackend['backend'], inner: boolean): void {
  const wrong = (option: string, why: string) => {
    const text = `${option}: ${plan} is a plan, ${why}, or compare the ONNX model that it was built from`;
    return new NodeTensorRTError('INVALID_ARGUMENT', text, { option, path: plan });
  };
  if (inner) throw wrong('--inner', 'which shows no values inside: leave --inner out');
  const auto = `${side.toUpperCase()}=auto`;
  if (backend === undefined || backend === 'cpu') {
    throw wrong('--backend', `which does not run on a processor: give --backend ${auto}, where its GPU is`);
  }
}

async function* first<T>(samples: AsyncIterable<T>, max: string | undefined): AsyncGenerator<T> {
  if (max !== undefined && !/^[1-9]\d{0,8}$/.test(max)) {
    throw new WrongUse(`--max-samples: expected a whole number from 1 on, received '${max}'`);
  }
  let left = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
  for await (const sample of samples) {
    yield sample;
    if (--left === 0) return;
  }
}

function pair(option: string, text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new WrongUse(`${option}: expected NAME=VALUE, received '${text}'`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function tolerance(texts: readonly string[]): Tolerance {
  const found: Tolerance = {};
  for (const [name, value] of texts.map((text) => pair('--tolerance', text))) {
    const limit = limits.find((known) => known === name);
    if (!limit) throw new WrongUse(`--tolerance: expected one of ${limits.join(', ')}, received '${name}'`);
    if (value.trim() === '' || !Number.isFinite(Number(value))) {
      throw new WrongUse(`--tolerance: expected a number for ${name}, received '${value}'`);
    }
    found[limit] = Number(value);
  }
  return found;
}

function backendsOf(texts: readonly string[]) {
  const sides: Record<'a' | 'b', Pick<ModelOnBackend, 'backend'>> = { a: {}, b: {} };
  for (const [side, name] of texts.map((text) => pair('--backend', text))) {
    const backend = backends.find((known) => known === name);
    const at = side.toLowerCase();
    if (!backend || (at !== 'a' && at !== 'b')) {
      throw new WrongUse(`--backend: expected A= or B= and one of ${backends.join(', ')}, received '${side}=${name}'`);
    }
    sides[at].backend = backend;
  }
  return sides;
}
