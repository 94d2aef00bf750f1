import { type CacheEntry, type CacheOptions, type CachePruneOptions, cache } from '../index.js';
import { formatBytes, formatTime } from '../memory/format.js';
import { didYouMean, nearNames } from '../near-names.js';
import { WrongUse } from './failure.js';
import { parseSize } from './size.js';
import { table } from './table.js';
import { parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt cache list [--dir FOLDER] [--json]
     node-tensorrt cache prune [--max-bytes SIZE] [--older-than TIME] [--all] [--dir FOLDER] [--json]
     node-tensorrt cache verify [--remove] [--dir FOLDER] [--json]

What is kept between processes: plans that TensorRT built, and models that were made of others. docs/plans.md says more.

list: all entries, those used last first.
prune: removes those not used for longest until the rest is within --max-bytes; none that somebody works on.
verify: reads every entry as a whole: whether it is whole and of this user. Exit code: 1 where one is not.

  --max-bytes SIZE    what all may take, as 5GiB or a number of bytes (default: NODE_TENSORRT_CACHE_BYTES, or 10GiB;
                      no limit with --older-than)
  --older-than TIME   removes those that were not used for so long, as 12h, 30d, 8w
  --all               removes everything
  --remove            removes what is not as it must be
  --dir FOLDER        another cache: what cacheDir was (default: NODE_TENSORRT_CACHE_DIR, or this user's)
  --json              the same as JSON`;

export const verb: Verb = { help, run };

/** Which of the options each action takes, beside --dir and --json. */
const actions = { list: [], prune: ['max-bytes', 'older-than', 'all'], verify: ['remove'] } as const;

type Action = keyof typeof actions;

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    dir: { type: 'string' },
    json: { type: 'boolean' },
    'max-bytes': { type: 'string' },
    'older-than': { type: 'string' },
    all: { type: 'boolean' },
    remove: { type: 'boolean' },
  });
  const action = actionOf(positionals);
  const known: readonly string[] = ['dir', 'json', ...actions[action]];
  const other = Object.keys(values).find((name) => !known.includes(name));
  if (other !== undefined) throw new WrongUse(`cache ${action} takes no --${other}`);
  const which: CacheOptions = values.dir === undefined ? {} : { dir: values.dir };
  const show = (result: object, text: () => string) => print(values.json ? JSON.stringify(result, null, 2) : text());
  if (action === 'list') {
    const entries = await cache.list(which);
    show(entries, () => listing(entries));
    return 0;
  }
  if (action === 'prune') {
    const report = await cache.prune({ ...which, ...pruneOptions(values) });
    const { removed, removedBytes, kept, keptBytes } = report;
    const summary = `removed: ${counted(removed.length, removedBytes)}; kept: ${counted(kept, keptBytes)}`;
    show(report, () => [...(removed.length > 0 ? [rows(removed), ''] : []), summary].join('\n'));
    return 0;
  }
  const entries = await cache.verify({ ...which, remove: values.remove ?? false });
  show(entries, () => findings(entries, values.remove ?? false));
  return entries.every(({ ok }) => ok) ? 0 : 1;
}

function actionOf(positionals: readonly string[]): Action {
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || !Object.hasOwn(actions, name)) {
    const near = name === undefined || more.length > 0 ? [] : nearNames(name, Object.keys(actions), 1);
    throw new WrongUse(`cache takes one of ${Object.keys(actions).join(', ')}${didYouMean(near)}`);
  }
  return name as Action;
}

function pruneOptions(values: { 'max-bytes'?: string; 'older-than'?: string; all?: boolean }): CachePruneOptions {
  const { 'max-bytes': maxBytes, 'older-than': olderThan, all } = values;
  return {
    ...(maxBytes !== undefined && { maxBytes: parseSize('--max-bytes', maxBytes) }),
    ...(olderThan !== undefined && { olderThanMs: durationOf(olderThan) }),
    ...(all && { all }),
  };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

function durationOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (count === undefined) {
    throw new WrongUse(`--older-than: expected a time as 90s, 15m, 12h, 30d or 8w, received '${text}'`);
  }
  return Number(count) * (SECONDS[unit] as number) * 1000;
}

function listing(entries: readonly CacheEntry[]): string {
  if (entries.length === 0) return 'nothing is in the cache';
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return [rows(entries), '', counted(entries.length, bytes)].join('\n');
}

function findings(entries: readonly CacheEntry[], isRemoving: boolean): string {
  const wrong = entries.filter(({ ok }) => !ok);
  const lines = wrong.map(({ kind, key, problem }) => `${kind} ${key.slice(0, 12)}  ${problem ?? ''}`);
  const done = isRemoving && wrong.length > 0 ? ', removed' : '';
  return [...lines, `${entries.length - wrong.length} as they must be, ${wrong.length} not${done}`].join('\n');
}

function rows(entries: readonly CacheEntry[]): string {
  const head = ['KIND', 'KEY', 'MODEL', 'PRECISION', 'BUILT BY', 'TARGETS', 'SIZE', 'USED', ''];
  const list = entries.map(({ kind, key, model, precision, backend, version, targets, bytes, usedAt, ok }) => [
    kind,
    key.slice(0, 12),
    model || '-',
    precision || '-',
    backend === undefined ? '-' : `${backend} ${version ?? ''}`,
    targets?.join(',') || '-',
    formatBytes(bytes),
    formatTime(Date.parse(usedAt)),
    ok ? '' : 'damaged',
  ]);
  return table([head, ...list]);
}

function counted(count: number, bytes: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}, ${formatBytes(bytes)}`;
}
