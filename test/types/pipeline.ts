// Checked by `tsc -p tsconfig.test.json`, never run: what flows from stage to stage.
import { type Engine, Pipeline, type PipelineEngine, Tensor, type TensorLike, type TensorMap } from 'node-tensorrt';

interface Page {
  pixels: Float32Array;
  width: number;
}

declare const untyped: Engine;
declare const detector: Engine<{ x: TensorLike<'float32'> }, { map: TensorLike<'float32'> }>;
declare const recogniser: Engine<{ line: TensorLike<'float32'> }, { steps: TensorLike<'float32'> }>;
declare const tagger: Engine<{ map: TensorLike<'float32'> }, { tags: TensorLike<'int64'> }>;
declare const remote: PipelineEngine<{ url: string }, { id: number }>;

const tensor = (data: Float32Array) => new Tensor('float32', data, [data.length]);
const pages = Pipeline.create<Page>('ocr');
const detected = pages.stage('detect', detector, {
  inputs: (page, { signal, timeoutMs, priority }) => {
    const _: [AbortSignal, number | undefined, string] = [signal, timeoutMs, priority];
    return { x: tensor(page.pixels) };
  },
  result: ({ map }, page) => ({ map: map.data, width: page.width }),
});

export async function chain(page: Page): Promise<void> {
  const lines = detected
    .fanOut('crops', ({ map, width }) => [map.subarray(0, width), map.subarray(width)])
    .stage('recognise', recogniser, { inputs: (crop) => ({ line: tensor(crop) }) })
    .step('decode', async ({ steps }) => steps.data.join(''))
    .join('lines', (texts, { width }) => ({ texts, width }))
    .build();
  const { texts, width }: { texts: string[]; width: number } = await lines.run(page, { timeoutMs: 5 });
  for await (const result of lines.stream([page])) void (result.texts satisfies string[]);
  for await (const result of lines.stream(generator(page), { settled: true, ordered: false })) {
    if (result.status === 'fulfilled') void (result.value.width satisfies number);
    else void result.reason;
  }
  await using owned: Pipeline<Page, { texts: string[]; width: number }> = lines;
  void [texts, width, owned];

  // @ts-expect-error the pipeline takes pages
  await lines.run('page');
  // @ts-expect-error an option is misspelled
  await lines.run(page, { timeout: 5 });
  // @ts-expect-error the source has pages
  lines.stream(['page']);
}

async function* generator(page: Page): AsyncGenerator<Page> {
  yield page;
}

export function nested(): Pipeline<string, string[][]> {
  return Pipeline.create<string>()
    .fanOut('lines', (text) => text.split('\n'))
    .fanOut('words', (line) => line.split(' '))
    .step('trim', (word) => word.trim())
    .join('line')
    .join('text')
    .build();
}

export async function straight(): Promise<void> {
  const mapped = Pipeline.create<{ x: TensorLike<'float32'> }>()
    .stage('detect', detector)
    .stage('recognise', recogniser, { map: { map: 'line' } })
    .build();
  void ((await mapped.run({ x: tensor(new Float32Array(1)) })).steps satisfies TensorLike<'float32'>);
  const same = Pipeline.create<{ x: TensorLike<'float32'> }>().stage('detect', detector).stage('tag', tagger).build();
  void ((await same.run({ x: tensor(new Float32Array(1)) })).tags.data satisfies BigInt64Array);
  const loose: Pipeline<TensorMap, TensorMap> = Pipeline.create().stage('a', untyped).stage('b', untyped).build();
  const other = Pipeline.create<string>()
    .stage('fetch', remote, { inputs: (url) => ({ url }), result: ({ id }) => id })
    .build();
  const within = Pipeline.create<string>().stage('inner', other, { concurrency: 2 }).build();
  void ((await within.run('x')) satisfies number);
  void loose;
}

export async function branches(page: Page): Promise<void> {
  const both = pages
    .branches('both', {
      page: (branch) => branch,
      map: (branch) => branch.stage('detect', detector, { inputs: ({ pixels }) => ({ x: tensor(pixels) }) }),
      size: (branch) => branch.step('size', ({ width }) => width),
    })
    .step('use', ({ page, map, size }) => [page.width, map.map.data, size] as const)
    .build();
  const result: readonly [number, Float32Array, number] = await both.run(page);
  void result;
}

export function refused(): void {
  // @ts-expect-error the value is no input of the engine
  pages.stage('detect', detector);
  // @ts-expect-error another input is called for
  pages.stage('detect', detector, { inputs: (page) => ({ y: tensor(page.pixels) }) });
  const first = Pipeline.create<{ x: TensorLike<'float32'> }>().stage('a', detector);
  // @ts-expect-error the engine has no such input
  first.stage('b', recogniser, { map: { map: 'x' } });
  // @ts-expect-error the engine before has no such output
  first.stage('b', recogniser, { map: { y: 'line' } });
  // @ts-expect-error the fan-out is not joined
  detected.fanOut('crops', () => [1]).build();
  // @ts-expect-error nothing can be made of a number
  detected.fanOut('crops', () => 5);
  // @ts-expect-error the fan-out in the branch is not joined
  pages.branches('both', { a: (branch) => branch.fanOut('crops', () => [1]) });
  // @ts-expect-error a pipeline that is not built does not run
  detected.run({ pixels: new Float32Array(1), width: 1 });
  // @ts-expect-error this is no engine
  pages.stage('detect', { run: 5 }, { inputs: () => 1 });
  // @ts-expect-error pipelines come from Pipeline.create
  new Pipeline();
  // @ts-expect-error the time-out is misspelled
  pages.step('a', (page) => page, { timeout: 5 });
}
