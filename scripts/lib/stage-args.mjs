import { SetupError } from './errors.mjs';

/** The stages of `npm test`, in the order in which they run. */
export const stageNames = [
  'lint',
  'types',
  'ts',
  'cpp',
  'checkers',
  'conformance',
  'nvidia',
  'standins',
  'packages',
  'sanitizers',
  'coverage',
];

/**
 * Reads the arguments of `npm test -- [stage …] [argument of vitest …]`.
 * Arguments for vitest alone mean the stage `ts`, because they filter tests and the other stages know no filter.
 * @param {string[]} args
 * @returns {{ stages: string[], vitestArgs: string[] }}
 */
export function parseStageArgs(args) {
  const end = args.findIndex((arg) => !stageNames.includes(arg));
  const chosen = end === -1 ? args : args.slice(0, end);
  const vitestArgs = end === -1 ? [] : args.slice(end);
  if (vitestArgs.length > 0 && chosen.length > 0 && !chosen.includes('ts')) {
    throw new SetupError(
      `"${vitestArgs.join(' ')}" is neither a stage (${stageNames.join(', ')}) nor can it go to vitest: the stage ts is not chosen.`,
    );
  }
  if (chosen.length > 0) return { stages: stageNames.filter((name) => chosen.includes(name)), vitestArgs };
  return { stages: vitestArgs.length > 0 ? ['ts'] : stageNames, vitestArgs };
}
