import { Pipeline, type PipelineEngine, type PipelineOptions } from 'node-tensorrt';

type Options = Parameters<PipelineEngine<unknown, unknown>['run']>[1];

/** One run that a fake was asked for. */
export interface FakeRun<I> {
  readonly input: I;
  readonly options: NonNullable<Options>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** An engine whose runs end when the test says so; an abort rejects them, as those of engines. */
export class FakeEngine<I = unknown> {
  readonly runs: FakeRun<I>[] = [];
  readonly close: () => Promise<void> = async () => undefined;

  readonly run = (input: I, options: Options = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      signal?.addEventListener('abort', () => reject(signal.reason));
      this.runs.push({ input, options, resolve, reject });
    });

  get asked(): I[] {
    return this.runs.map(({ input }) => input);
  }

  /** The run for this input that was asked for last. */
  of(input: I): FakeRun<I> {
    const run = this.runs.findLast((candidate) => Object.is(candidate.input, input));
    if (run === undefined) throw new Error(`no run for ${input}, only for ${this.asked}`);
    return run;
  }
}

/** Lets everything go on that waits for nothing but promises, and turns of the event loop. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => realImmediate(resolve));
}

const realImmediate = setImmediate;

/** A pipeline of strings: what stages make of them is in their results. */
export function strings(options?: string | PipelineOptions) {
  return Pipeline.create<string>(options);
}

/** A function whose calls end when the test says so, and which does not care for signals. */
export function deferred<T, R>() {
  const calls: { value: T; resolve: (result: R) => void; reject: (reason: unknown) => void }[] = [];
  const call = (value: T) => new Promise<R>((resolve, reject) => calls.push({ value, resolve, reject }));
  return { calls, call };
}
