/** How long the tests of one file may take before its process is ended: the slowest takes some three minutes. */
const LIMIT_MS = Number(process.env.NODE_TENSORRT_TEST_STALL_MS ?? 10 * 60_000);

/**
 * A reporter of vitest that ends what does not end: time limits of tests are timers of the very thread that a deadlock
 * or an endless loop holds. The processes that run tests at that moment are killed, which fails their files; the other
 * files go on.
 */
export default class StallReporter {
  /** @type {Map<string, NodeJS.Timeout>} by file */
  #timers = new Map();

  /** @param {{ moduleId: string }} module */
  onTestModuleStart({ moduleId }) {
    const timer = setTimeout(() => end(moduleId), LIMIT_MS);
    this.#timers.set(moduleId, timer.unref());
  }

  /** @param {{ moduleId: string }} module */
  onTestModuleEnd({ moduleId }) {
    clearTimeout(this.#timers.get(moduleId));
    this.#timers.delete(moduleId);
  }
}

/** @param {string} moduleId */
function end(moduleId) {
  process.stdout.write(
    `\n${moduleId} has not ended for ${LIMIT_MS / 1000} s: the processes that run tests are killed.\n`,
  );
  // The pool does not say which of its processes has which file.
  const handles = /** @type {any} */ (process)._getActiveHandles();
  for (const { pid, kill } of handles) if (pid !== undefined && kill) process.kill(pid, 'SIGKILL');
}
