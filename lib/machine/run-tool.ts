import { execFile } from 'node:child_process';

/** What a program of the system prints, or what it says of its failure; undefined where there is no such program. */
export type RunTool = (
  program: string,
  args: readonly string[],
) => Promise<{ isGood: boolean; output: string } | undefined>;

const RUN_MS = 10_000;

/** Runs a program of this machine, in English, for ten seconds at most. */
export const runTool: RunTool = (program, args) =>
  new Promise((resolve) => {
    const options = { timeout: RUN_MS, env: { ...process.env, LC_ALL: 'C' }, windowsHide: true };
    try {
      execFile(program, args, options, (failure, stdout, stderr) => {
        if (failure?.code === 'ENOENT') return resolve(undefined);
        const late = failure?.killed ? `${program} did not answer within ${RUN_MS / 1000} s` : '';
        resolve({ isGood: failure === null, output: (late || stdout.trim() || stderr).trim() });
      });
    } catch (cause) {
      // As under Node's permission model.
      resolve({ isGood: false, output: cause instanceof Error ? cause.message : String(cause) });
    }
  });
