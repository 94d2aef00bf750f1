import { argumentError } from '../../errors.js';
import { booleanOption, choiceOption, integerOption, knownKeys, objectOption } from '../../options.js';
import type { ReadOptions } from '../file/read-model.js';
import { type LintSeverity, type LintTarget, lintTargets, severities } from './finding.js';
import type { LintRule } from './rule.js';
import { lintRules } from './rules/index.js';

/** Options of `lintModel`. */
export interface LintOptions {
  /** Who is to take the model. Rules that matter for none of them are left out. @default all of them */
  for?: readonly LintTarget[];
  /** Turns rules off by name, or gives all that they find another severity. */
  rules?: Readonly<Record<string, LintSeverity | 'off'>>;
  /** Reads all weights for what is wrong with their values; otherwise only those below 16 KiB are looked at. @default false */
  deep?: boolean;
  /** Findings that a rule lists; how many there are beyond is told in one more. 1 to 100,000. @default 100 */
  maxPerRule?: number;
  /** How the model is read. */
  read?: ReadOptions;
}

export interface RuleSettings {
  readonly targets: ReadonlySet<LintTarget>;
  readonly rules: readonly LintRule[];
  /** By name, of those that were given one. */
  readonly severities: ReadonlyMap<string, LintSeverity>;
  readonly deep: boolean;
  readonly maxPerRule: number;
  readonly read: ReadOptions;
}

export function lintOptions(given: LintOptions): RuleSettings {
  const options = objectOption<LintOptions>('options', given);
  knownKeys('options', options, ['for', 'rules', 'deep', 'maxPerRule', 'read']);
  const targets = options.for ?? lintTargets;
  if (!Array.isArray(targets) || targets.length === 0) {
    throw argumentError('options.for', `an array of ${lintTargets.join(', ')}`, targets);
  }
  for (const [i, target] of targets.entries()) choiceOption(`options.for[${i}]`, target, lintTargets);
  const changes = objectOption<Record<string, unknown>>('options.rules', options.rules ?? {});
  knownKeys(
    'options.rules',
    changes,
    lintRules.map(({ name }) => name),
  );
  const levels = new Map<string, LintSeverity>();
  const off = new Set<string>();
  for (const [name, level] of Object.entries(changes)) {
    const choice = choiceOption(`options.rules.${name}`, level, [...severities, 'off']);
    if (choice === 'off') off.add(name);
    else levels.set(name, choice);
  }
  const wanted = new Set<LintTarget>(targets);
  return {
    targets: wanted,
    rules: lintRules.filter((rule) => !off.has(rule.name) && rule.for.some((target) => wanted.has(target))),
    severities: levels,
    deep: booleanOption('options.deep', options.deep ?? false),
    maxPerRule: integerOption('options.maxPerRule', options.maxPerRule ?? 100, 1, 100_000),
    read: objectOption('options.read', options.read ?? {}),
  };
}
