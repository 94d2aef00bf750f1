/** A failure that the user can act on: its message is complete and is printed without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Runs a script's main function; a SetupError becomes plain text and exit code 1.
 * @param {() => Promise<number | undefined>} main returns the exit code, nothing for 0
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
