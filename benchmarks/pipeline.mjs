// @ts-check
import { Clock } from '../examples/ocr/clock.mjs';
import { packagedModels, readDictionary } from '../examples/ocr/models.mjs';
import { importLibrary } from './lib/engines.mjs';
import { peakMb } from './lib/memory.mjs';
import { makePages } from './lib/pages.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { pairedRatio, quantiles, summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Pages through a pipeline';
export const about = `Pages of 60 lines of one to three words, as receipts have, drawn from a seed, through PP-OCRv4: decoding the PNG,
detection, cutting the lines out, recognition. Four ways to write it, with the same functions and the same engines: *awaits*, one after the
other; *Promise.all*, all lines of a page at once and one page after the other; \`Pipeline.run\`, one page after the other;
\`Pipeline.stream\`, several pages at once. Recognition makes batches of up to four lines of a width where lines meet; awaits
one after the other never do. A page's time counts from its PNG to its lines. *1 thread* is one thread for each of the
two models; *2 threads* are two for each run; *2 runs* are two runs of one thread at once.`;

const LINES = 60;
const SETTINGS = [
  { id: '1', label: '1 thread', options: { threads: 1 } },
  { id: '2', label: '2 threads', options: { threads: 2 } },
  { id: '2x1', label: '2 runs', options: { threads: 1, instances: 2 } },
];
const WAYS = [
  { id: 'awaits', label: 'awaits', measure: 'sequential' },
  { id: 'all', label: 'Promise.all', measure: 'promiseAll' },
  { id: 'run', label: 'Pipeline.run', measure: 'pipelineRun' },
  { id: 'stream', label: 'Pipeline.stream', measure: 'pipelineStream' },
];
const BATCHING = { maxSize: 4 };

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick }) {
  const pages = quick ? 2 : 6;
  return {
    rounds: quick ? 1 : 3,
    subjects: SETTINGS.flatMap(({ id: setting, label: threads, options }) =>
      WAYS.map(({ id, label, measure }) => ({
        id: `${id}-${setting}`,
        label: `${label}, ${threads}`,
        kind: /** @type {const} */ ('ours'),
        measure,
        params: { pages, options },
      })),
    ),
  };
}

/** @typedef {{ engines: Record<'detection' | 'recognition', any>, dictionary: readonly string[], pages: Uint8Array[] }} Setup */

/** @param {any} params @param {(setup: Setup) => Promise<{ texts: string[], ms: number[] }>} read all pages in turn */
async function measure({ pages: count, options }, read) {
  const { Engine, Tensor } = await importLibrary('ours');
  const { Network } = await import('../examples/ocr/network.mjs');
  const models = packagedModels();
  const detection = await Engine.load(models.detection, { ...options, batching: false });
  const recognition = await Engine.load(models.recognition, { ...options, batching: BATCHING });
  const engines = { detection: new Network(detection, Tensor), recognition: new Network(recognition, Tensor) };
  const dictionary = await readDictionary(models.dictionary);
  const pages = await makePages(count, LINES);
  await read({ engines, dictionary, pages: pages.slice(0, 1) }); // code is compiled, run times are known
  const before = recognition.stats();
  const start = performance.now();
  const { texts, ms } = await read({ engines, dictionary, pages });
  const seconds = (performance.now() - start) / 1000;
  const after = recognition.stats();
  await Promise.all([detection.close(), recognition.close()]);
  return {
    pagesPerSecond: count / seconds,
    ms,
    peakMb: peakMb(),
    lines: texts.map((text) => text.split('\n').length),
    linesPerRun: (after.items - before.items) / (after.batches.count - before.batches.count),
    text: texts.join('\n\n'),
  };
}

/** What everyone calls: the steps of the example, one by one. */
async function steps() {
  const [picture, tensors, detect, buckets, warp, ctc, strip] = await Promise.all([
    import('../examples/ocr/picture.mjs'),
    import('../examples/ocr/tensors.mjs'),
    import('../examples/ocr/detect.mjs'),
    import('../examples/ocr/buckets.mjs'),
    import('../examples/ocr/warp.mjs'),
    import('../examples/ocr/ctc.mjs'),
    import('../examples/ocr/strip.mjs'),
  ]);
  return { ...picture, ...tensors, ...detect, ...buckets, ...warp, ...ctc, ...strip };
}

/** @param {{ box: any, text: string }[]} lines */
function textOf(lines) {
  return lines
    .toSorted((a, b) => a.box.quad[0][1] - b.box.quad[0][1])
    .map(({ text }) => text)
    .join('\n');
}

/** By hand: detects the lines of a page and cuts them out. @param {Setup} setup @param {Uint8Array} png */
async function cutPage({ engines }, png) {
  const { decodePicture, shrinkToFit, toDetectorPlanes, boxesOf, scaledBox, cutOut, bucketOf, MAX_SIDE, LINE_HEIGHT } =
    await steps();
  const { raster } = await decodePicture(png);
  const shrunk = await shrinkToFit(raster, MAX_SIDE);
  const { data, width, height } = toDetectorPlanes(shrunk);
  const map = await engines.detection.run({ data, dims: [1, 3, height, width] });
  const boxes = boxesOf(map.data, { width: shrunk.width, height: shrunk.height, stride: width });
  return boxes.map((found) => {
    const box = scaledBox(found, raster.width / shrunk.width);
    return { box, crop: cutOut(raster, box.strip, bucketOf(box.strip), LINE_HEIGHT) };
  });
}

/** By hand: recognises a line. @param {Setup} setup @param {{ box: any, crop: any }} cut */
async function readLine({ engines, dictionary }, { box, crop }) {
  const { toSignedPlanes, decodeCtc, LINE_HEIGHT } = await steps();
  const data = toSignedPlanes([crop], LINE_HEIGHT, crop.width);
  const output = await engines.recognition.run({ data, dims: [1, 3, LINE_HEIGHT, crop.width] });
  const [, count = 0, classes = 0] = output.dims;
  return { box, text: decodeCtc(output.data, { steps: count, classes, dictionary }).text };
}

/** @param {Setup} setup @param {(png: Uint8Array) => Promise<string>} readPage */
async function oneByOne({ pages }, readPage) {
  const texts = [];
  const ms = [];
  for (const png of pages) {
    const start = performance.now();
    texts.push(await readPage(png));
    ms.push(performance.now() - start);
  }
  return { texts, ms };
}

/** @param {any} params */
export function sequential(params) {
  return measure(params, (setup) =>
    oneByOne(setup, async (png) => {
      const lines = [];
      for (const cut of await cutPage(setup, png)) lines.push(await readLine(setup, cut));
      return textOf(lines);
    }),
  );
}

/** @param {any} params */
export function promiseAll(params) {
  return measure(params, (setup) =>
    oneByOne(setup, async (png) => {
      const cuts = await cutPage(setup, png);
      return textOf(await Promise.all(cuts.map((cut) => readLine(setup, cut))));
    }),
  );
}

/** The same as a pipeline: the stages of the example but those for lines that are upside down. @param {Setup} setup */
async function buildPipeline({ engines, dictionary }) {
  const { Pipeline } = await importLibrary('ours');
  const { decodePicture, addDetection, cutOut, bucketOf, LINE_HEIGHT } = await steps();
  const { recognition, Round } = await import('../examples/ocr/recognise.mjs');
  const start = Pipeline.create({ name: 'ocr', maxInFlight: 3 }).step(
    'decode',
    async (/** @type {any} */ png) => ({ raster: (await decodePicture(png)).raster, clock: new Clock() }),
    { concurrency: 1, maxQueue: 0 },
  );
  return addDetection(start, engines.detection)
    .fanOut('crops', function* ({ raster, boxes, clock }) {
      const round = new Round(clock);
      for (const box of boxes) yield { box, round, crop: cutOut(raster, box.strip, bucketOf(box.strip), LINE_HEIGHT) };
    })
    .stage('recognise', engines.recognition, recognition(dictionary))
    .join('lines', (lines) => textOf(lines.map(({ box, reading }) => ({ box, text: reading.text }))))
    .build();
}

/** @param {any} params */
export function pipelineRun(params) {
  return measure(params, async (setup) => {
    const pipeline = await buildPipeline(setup);
    return oneByOne(setup, (png) => pipeline.run(png));
  });
}

/** @param {any} params */
export function pipelineStream(params) {
  return measure(params, async (setup) => {
    const pipeline = await buildPipeline(setup);
    /** @type {number[]} */
    const starts = [];
    function* source() {
      for (const png of setup.pages) {
        starts.push(performance.now());
        yield png;
      }
    }
    const texts = [];
    const ms = [];
    for await (const text of pipeline.stream(source())) {
      ms.push(performance.now() - (starts[texts.length] ?? 0));
      texts.push(text);
    }
    return { texts, ms };
  });
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  const texts = new Set(rounds.flatMap((round) => subjects.map(({ id }) => round[id].text)));
  if (texts.size > 1) throw new Error(`they read different texts:\n${[...texts].join('\n---\n')}`);
  const over = (/** @type {string} */ id, /** @type {string} */ field) =>
    summarize(rounds.map((round) => round[id][field]));
  const ratio = (/** @type {string} */ id, /** @type {string} */ base) =>
    pairedRatio(
      rounds,
      (round) => round[id].pagesPerSecond,
      (round) => round[base].pagesPerSecond,
    );
  const lines = [...new Set(rounds.flatMap((round) => subjects.flatMap(({ id }) => round[id].lines)))];
  return {
    tables: SETTINGS.map(({ id: setting, label }) => ({
      title: label,
      columns: ['', 'pages/s', 'min – max', '× awaits', 'page, p50 ms', 'p99 ms', 'lines a run', 'peak memory, MB'],
      rows: WAYS.map(({ id, label: way }) => {
        const subject = `${id}-${setting}`;
        const { p50, p99 } = quantiles(rounds.flatMap((round) => round[subject].ms));
        return [
          way,
          number(over(subject, 'pagesPerSecond').median),
          range(over(subject, 'pagesPerSecond')),
          number(ratio(subject, `awaits-${setting}`).median),
          number(p50),
          number(p99),
          number(over(subject, 'linesPerRun').median),
          number(over(subject, 'peakMb').median),
        ];
      }),
    })),
    targets: SETTINGS.map(({ id, label }) =>
      target(`Pipeline.stream beside awaits, pages/s, ${label}`, ratio(`stream-${id}`, `awaits-${id}`), {
        atLeast: 2,
        unit: '×',
      }),
    ),
    charts: [
      {
        name: 'pipeline',
        title: 'Pages of 60 lines per second',
        unit: 'pages/s',
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, over(id, 'pagesPerSecond'))),
      },
    ],
    notes: [`Lines found on a page: ${lines.toSorted((a, b) => a - b).join(', ')}. All read the same text.`],
  };
}
