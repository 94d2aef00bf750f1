const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Does work that Ctrl-C, SIGTERM and a closed terminal abort, so that it can put away what it has begun; a second one ends
 * the process at once. Returns what the work does, or the exit code that a shell has for the signal.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let code = 0;
  const listeners = Object.entries(signals).map(([name, exitCode]) => {
    const listener = () => {
      code = exitCode;
      controller.abort(new Error('interrupted'));
    };
    process.once(name, listener);
    return { name, listener };
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (code === 0) throw error;
    process.stderr.write('interrupted\n');
    return code;
  } finally {
    for (const { name, listener } of listeners) process.off(name, listener);
  }
}
