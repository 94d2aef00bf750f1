// Random pipelines of fakes whose work ends, fails or is aborted in a random order, against what is simple to say of them.

import { describe, expect, test, vi } from 'vitest';
import type { PipelineBuilder } from '../../lib/pipeline/builder.js';
import { Item } from '../../lib/pipeline/item.js';
import { Pipeline } from '../../lib/pipeline/pipeline.js';
import { Stage } from '../../lib/pipeline/stage.js';
import { randomNumbers } from '../support/random.js';
import { settle } from './support.js';

const SEED = Number(process.env['TEST_SEED'] ?? 20261126);
const RUNS = Number(process.env['TEST_RUNS'] ?? 60);

type Random = ReturnType<typeof randomNumbers>;

/** Work that has begun, and what the world may do with it. */
interface Open {
  stage: string;
  item: string;
  end: (fails: boolean) => void;
}

/** What is noted of a pipeline from outside: by the functions of its stages. */
class World {
  readonly open = new Set<Open>();
  readonly limits = new Map<string, number>();
  readonly wrong: string[] = [];
  readonly failed = new Set<string>();

  /** The function of a stage: it ends when the world says so, and does not always care for its signal. */
  readonly work =
    (stage: string, caresForSignal: boolean) =>
    (value: string, { signal }: { signal: AbortSignal }) =>
      new Promise<string>((resolve, reject) => {
        const item = /i\d+/.exec(value)?.[0] as string;
        const end = (fails: boolean) => {
          if (!this.open.delete(open)) return;
          if (fails) this.failed.add(item);
          if (fails) reject(new Error(`${stage} failed`));
          else resolve(`${value}/${stage}`);
        };
        if (signal.aborted) this.wrong.push(`${stage} began with ${value} after its item had ended`);
        const open: Open = { stage, item, end };
        this.open.add(open);
        if (caresForSignal) {
          signal.addEventListener('abort', () => {
            if (this.open.delete(open)) reject(signal.reason);
          });
        }
        const running = [...this.open].filter((other) => other.stage === stage).length;
        if (running > (this.limits.get(stage) as number)) this.wrong.push(`${running} in ${stage}`);
      });
}

/** A random description, and what it makes of a value when nothing fails. */
interface Described {
  builder: PipelineBuilder<string, string>;
  expected: (value: string) => string;
}

function describePipeline(random: Random, world: World): Described {
  let names = 0;
  const limits = () => {
    const concurrency = 1 + random(4);
    return { concurrency, maxQueue: random(3) };
  };
  const addStage = ({ builder, expected }: Described): Described => {
    const name = `s${names++}`;
    const options = limits();
    world.limits.set(name, options.concurrency);
    const run = world.work(name, random(2) === 0);
    const isEngine = random(2) === 0;
    const next = isEngine
      ? builder.stage(name, { run: (value: string, given) => run(value, given as { signal: AbortSignal }) }, options)
      : builder.step(name, run, options);
    return { builder: next, expected: (value) => `${expected(value)}/${name}` };
  };
  const addFanOut = ({ builder, expected }: Described, depth: number): Described => {
    const name = `f${names++}`;
    const count = random(5);
    const isGenerator = random(2) === 0;
    const parts = (value: string) => Array.from({ length: count }, (_, i) => `${value}[${i}`);
    const split = isGenerator
      ? function* (value: string) {
          yield* parts(value);
        }
      : async (value: string) => parts(value);
    const opened = builder.fanOut(name, split, limits());
    const body = addSome({ builder: opened as never, expected: (value) => value }, depth + 1);
    const joined = (body.builder as unknown as typeof opened).join(
      `j${name}`,
      (results, value) => `${value}{${results}}`,
    );
    return {
      builder: joined as never,
      expected: (value) => `${expected(value)}{${parts(expected(value)).map(body.expected)}}`,
    };
  };
  const addBranches = ({ builder, expected }: Described, depth: number): Described => {
    const name = `b${names++}`;
    const bodies: ((value: string) => string)[] = [];
    const branch = (given: PipelineBuilder<string>) => {
      const body = addSome({ builder: given, expected: (value) => value }, depth + 1);
      bodies.push(body.expected);
      return body.builder;
    };
    const both = builder.branches(name, { x: branch, y: branch }, limits());
    const next = both.step(`m${name}`, ({ x, y }) => `(${x}|${y})`, limits());
    return {
      builder: next,
      expected: (value) => `(${bodies.map((body) => body(expected(value))).join('|')})`,
    };
  };
  const addSome = (described: Described, depth: number): Described => {
    let result = described;
    for (let count = random(3) + (depth === 0 ? 1 : 0); count > 0; count--) {
      const kind = depth < 2 ? random(4) : 0;
      if (kind === 2) result = addFanOut(result, depth);
      else if (kind === 3) result = addBranches(result, depth);
      else result = addStage(result);
    }
    return result;
  };
  const maxInFlight = 1 + random(5);
  return addSome({ builder: Pipeline.create<string>({ maxInFlight, maxQueue: 100 }), expected: (value) => value }, 0);
}

/** Builds a random pipeline, sends items through it, and says what was wrong. */
async function tryOne(seed: number): Promise<string[]> {
  const random = randomNumbers(seed);
  const world = new World();
  const { builder, expected } = describePipeline(random, world);
  const pipeline = builder.build();
  const wrong: string[] = [];
  const settlements = new Map<string, number>();
  const aborted = new Set<string>();
  const failureRate = [0, 0, 12, 4][random(4)] as number;
  const controllers: { item: string; controller: AbortController }[] = [];

  const check = (item: string, outcome: PromiseSettledResult<string>) => {
    settlements.set(item, (settlements.get(item) ?? 0) + 1);
    if (outcome.status === 'fulfilled') {
      if (outcome.value !== expected(item)) wrong.push(`${item} gave ${outcome.value}, not ${expected(item)}`);
    } else if (!aborted.has(item) && !world.failed.has(item)) {
      wrong.push(`${item} rejected for no reason: ${outcome.reason}`);
    }
  };
  const items = Array.from({ length: 3 + random(10) }, (_, i) => `i${i}`);
  const count = random(items.length + 1);
  const all: Promise<void>[] = items.slice(0, count).map(async (item) => {
    const controller = new AbortController();
    controllers.push({ item, controller });
    const priority = (['high', 'normal', 'low'] as const)[random(3)] as 'low';
    const [outcome] = await Promise.allSettled([pipeline.run(item, { signal: controller.signal, priority })]);
    check(item, outcome as PromiseSettledResult<string>);
  });
  const ordered = random(2) === 0;
  const streamed = items.slice(count);
  const reading = async () => {
    const got: string[] = [];
    for await (const outcome of pipeline.stream(streamed, { ordered, settled: true, concurrency: 1 + random(4) })) {
      // Which item a failure belongs to is only known in an ordered stream.
      const item = ordered
        ? (streamed[got.length] as string)
        : outcome.status === 'fulfilled' && /i\d+/.exec(outcome.value)?.[0];
      got.push(String(item));
      if (item) check(item, outcome);
      else settlements.set('unknown', (settlements.get('unknown') ?? 0) + 1);
    }
  };
  all.push(reading());
  let isOver = false;
  const over = Promise.all(all).then(() => {
    isOver = true;
  });

  for (let steps = 0; !isOver || world.open.size > 0; steps++) {
    if (steps > 5000) return [...wrong, `nothing moves: ${JSON.stringify(pipeline.stats().stages)}`];
    for (let some = random(3); some >= 0 && world.open.size > 0; some--) {
      const open = [...world.open][random(world.open.size)] as Open;
      open.end(failureRate > 0 && random(failureRate) === 0);
    }
    if (random(12) === 0 && controllers.length > 0 && failureRate > 0) {
      const { item, controller } = controllers[random(controllers.length)] as (typeof controllers)[number];
      aborted.add(item);
      controller.abort(new Error('aborted'));
    }
    if (random(3) === 0) await settle();
    else await Promise.resolve();
    wrong.push(...overfull(pipeline, world));
    if (wrong.length > 0) return wrong;
  }
  await over;
  let isClosed = false;
  void pipeline.close().then(() => {
    isClosed = true;
  });
  for (let i = 0; i < 5 && !isClosed; i++) await settle();
  if (!isClosed) wrong.push('it does not close');
  const settled = [...settlements.values()].reduce((sum, times) => sum + times, 0);
  if (settled !== items.length) wrong.push(`${settled} of ${items.length} items settled`);
  for (const [item, times] of settlements)
    if (times !== 1 && item !== 'unknown') wrong.push(`${item} settled ${times} times`);
  return [...wrong, ...world.wrong, ...leftOver(pipeline)];
}

/** Stages that hold more than they may. */
function overfull(pipeline: Pipeline<string, string>, world: World): string[] {
  return Object.entries(pipeline.stats().stages).flatMap(([name, { inFlight, held }]) => {
    const limit = world.limits.get(name);
    return limit !== undefined && inFlight + held > limit ? [`${name} holds ${inFlight} + ${held} of ${limit}`] : [];
  });
}

/** What is left in the pipeline, and sums that do not add up. */
function leftOver(pipeline: Pipeline<string, string>): string[] {
  const { requests, inFlight, queued, stages } = pipeline.stats();
  const sum = ({
    completed,
    failed,
    aborted,
    timedOut,
  }: Record<'completed' | 'failed' | 'aborted' | 'timedOut', number>) => completed + failed + aborted + timedOut;
  const wrong =
    inFlight + queued > 0 || requests.accepted !== sum(requests) ? [`requests ${JSON.stringify(requests)}`] : [];
  for (const [name, stage] of Object.entries(stages)) {
    const isEmpty = stage.inFlight + stage.held + stage.queued === 0;
    if (!isEmpty || stage.accepted !== sum(stage)) wrong.push(`${name} ${JSON.stringify(stage)}`);
  }
  return wrong;
}

describe('random pipelines', () => {
  test('settle every item once, keep orders and limits, and leave nothing over', async () => {
    for (let seed = SEED; seed < SEED + RUNS; seed++) expect(await tryOne(seed), `TEST_SEED=${seed}`).toEqual([]);
  });

  /** Runs until something is found. */
  async function firstMistake(): Promise<string[]> {
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const wrong = await tryOne(seed);
      if (wrong.length > 0) return wrong;
    }
    return [];
  }

  describe('with a mistake seeded', () => {
    const { leave, enter } = Stage.prototype;
    const { fail } = Item.prototype;

    test.each<[string, () => void, RegExp]>([
      [
        'a place is given up twice',
        () =>
          vi.spyOn(Stage.prototype, 'leave').mockImplementation(function (this: Stage) {
            leave.call(this);
            leave.call(this);
          }),
        /holds|\d in s\d/,
      ],
      [
        'what waits for the next stage has no place any more',
        () =>
          vi.spyOn(Stage.prototype, 'finish').mockImplementation(function (this: Stage) {
            leave.call(this);
          }),
        /holds|\d in s\d|accepted/,
      ],
      [
        'the stage before is not left',
        () =>
          vi.spyOn(Stage.prototype, 'enter').mockImplementation(function (this: Stage, item: Item) {
            return enter.call(this, item, () => undefined);
          }),
        /nothing moves/,
      ],
      [
        'nobody looks whether an item has ended',
        () => vi.spyOn(Item.prototype, 'throwIfEnded').mockImplementation(() => undefined),
        /after its item had ended|rejected/,
      ],
      [
        'the failure of a part is kept quiet',
        () =>
          vi.spyOn(Item.prototype, 'fail').mockImplementation(function (this: Item, outcome, reason) {
            if (outcome === 'aborted') fail.call(this, outcome, reason);
          }),
        /nothing moves|gave|settled/,
      ],
    ])('find that %s', async (_, seedMistake, message) => {
      seedMistake();
      try {
        expect((await firstMistake()).join('\n')).toMatch(message);
      } finally {
        vi.restoreAllMocks();
      }
    });
  });
});
