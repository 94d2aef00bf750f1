import type {
  ComparisonReport,
  ErrorStatistics,
  IntermediateReport,
  OutputReport,
} from '../../../dist/esm/toolkit/compare/report.js';

/** Statistics with this signal to noise. */
export function statistics(snr: number, nonFinite = 0): ErrorStatistics {
  const isEqual = snr === Number.POSITIVE_INFINITY;
  return {
    elements: 100,
    differing: isEqual ? 0 : 100,
    nonFinite,
    maxAbs: isEqual ? 0 : 0.5,
    meanAbs: isEqual ? 0 : 0.25,
    maxRel: isEqual ? 0 : 2,
    cosine: isEqual ? 1 : 0.9999,
    snr,
  };
}

export function outputReport(name: string, snr: number, more: Partial<OutputReport> = {}): OutputReport {
  return {
    name,
    nameInB: name,
    aType: 'float32',
    bType: 'float16',
    kind: 'float',
    all: statistics(snr),
    percentiles: { p50: 0.1, p90: 0.2, p99: 0.3, p999: 0.4 },
    argMax: { rows: 10, same: 9 },
    worstElement: { sample: 1, index: 5 },
    samples: [{ sample: 0, ...statistics(snr) }],
    worst: [{ sample: 0, ...statistics(snr) }],
    snrHistogram: [
      { from: Number.NEGATIVE_INFINITY, samples: 1 },
      { from: 20, samples: 7 },
      { from: Number.POSITIVE_INFINITY, samples: 2 },
    ],
    ...more,
  };
}

/** A value behind the one before it. */
export function innerValue(index: number, snr: number, more: Partial<IntermediateReport> = {}): IntermediateReport {
  return {
    index,
    value: `v${index}`,
    valueInB: `v${index}`,
    node: `n${index}`,
    opType: 'Mul',
    aType: 'float32',
    bType: 'float16',
    inputs: index > 0 ? [`v${index - 1}`] : [],
    diverges: snr < 30,
    ...statistics(snr),
    ...more,
  };
}

export function comparison(outputs: OutputReport[], values?: IntermediateReport[]): ComparisonReport {
  const first = values?.find(({ diverges }) => diverges);
  return {
    format: 'node-tensorrt-comparison-1',
    a: { name: 'model.onnx', backend: 'cpu', precision: null, emulated: [] },
    b: { name: 'half.onnx', backend: 'cpu', precision: 'bf16', emulated: ['bfloat16'] },
    samples: 10,
    passed: false,
    reasons: [
      {
        output: 'y',
        what: 'snr',
        limit: 40,
        measured: 12.5,
        text: "output 'y': the signal to noise in dB is 12.5, expected at least 40",
      },
    ],
    tolerances: { '*': { snr: 40 } },
    outputs,
    onlyInA: [],
    onlyInB: ['extra'],
    metrics: { 'top-1': { mean: 0.95, min: 0, max: 1, samples: 10 } },
    intermediates: values
      ? {
          samples: 2,
          groups: 1,
          divergence: { snr: 30 },
          values,
          firstDivergence: first
            ? {
                node: first.node,
                opType: first.opType,
                index: first.index,
                value: first.value,
                statistics: statistics(first.snr as number),
                inputs: first.inputs.map((value) => ({ value, statistics: statistics(50) })),
              }
            : null,
          furtherDivergences: [],
          skipped: [{ value: 'odd', reason: 'it is no tensor' }],
          numSkipped: 1,
        }
      : null,
  };
}
