import { argumentError, NodeTensorRTError } from '../../errors.js';
import { didYouMean, nearNames } from '../../near-names.js';
import { Pauses } from '../file/pauses.js';
import type { Model } from '../graph/model.js';
import type { CastGraphOptions } from './options.js';

const chosenBy = ['exclude', 'include'] as const;
const kinds = {
  nodes: { expected: 'the name of a node of the model', all: 'report.nodes of a cast has all names' },
  opTypes: { expected: 'an operator of the model', all: 'inspectModel() has all operators' },
} as const;

type Kind = keyof typeof kinds;

/** Names are looked for among so many at once; in between others get their turn. */
const AT_ONCE = 2000;

/**
 * What `exclude` and `include` name, held against the model as it was given and as it was prepared: operators may be others
 * by then. A name that neither has is a typing error, which would silently cast what was meant to stay.
 */
export class ChosenNames {
  readonly #names: Record<Kind, Set<string>> = { nodes: new Set(), opTypes: new Set() };
  readonly #chosen: { option: string; kind: Kind; name: string }[];

  /** Of options that were checked. */
  constructor(options: CastGraphOptions) {
    this.#chosen = chosenBy.flatMap((by) =>
      (['nodes', 'opTypes'] as const).flatMap((kind) =>
        (options[by]?.[kind] ?? []).map((name, i) => ({ option: `options.${by}.${kind}[${i}]`, kind, name })),
      ),
    );
  }

  /** Takes in the names that the model has. */
  async add(model: Model): Promise<void> {
    if (this.#chosen.length === 0) return;
    const pauses = new Pauses();
    for (const { name, opType } of model.nodes()) {
      this.#names.nodes.add(name);
      this.#names.opTypes.add(opType);
      if (pauses.due) await pauses.take();
    }
  }

  /** Throws INVALID_ARGUMENT for the first that no model had. */
  async check(): Promise<void> {
    const wrong = this.#chosen.find(({ kind, name }) => !this.#names[kind].has(name));
    if (wrong === undefined) return;
    const { option, kind, name } = wrong;
    const near = await nearAmong(name, [...this.#names[kind]]);
    const { expected, all } = kinds[kind];
    const { code, message, details } = argumentError(option, expected, name);
    throw new NodeTensorRTError(code, `${message}${didYouMean(near) || '.'} Correct it or leave it out: ${all}.`, {
      ...details,
      near,
    });
  }
}

async function nearAmong(name: string, names: readonly string[]): Promise<string[]> {
  const pauses = new Pauses();
  let near: string[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    near = nearNames(name, [...near, ...names.slice(at, at + AT_ONCE)]);
    if (pauses.due) await pauses.take();
  }
  return near;
}
