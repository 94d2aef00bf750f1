const FRAMES = ['|', '/', '-', '\\'];
const isTty = process.stderr.isTTY === true;

/**
 * @typedef {object} StepResult
 * @property {boolean} fresh true when there was nothing to do
 * @property {string} note what was found or done, for the progress line
 */

/** @param {number} startMs value of performance.now() at the start */
export function seconds(startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(2)} s`;
}

/**
 * Does one piece of set-up and prints one line about it on stderr; a terminal also gets a running clock.
 * @param {string} label
 * @param {() => Promise<StepResult>} work
 * @returns {Promise<StepResult>}
 */
export async function showStep(label, work) {
  const start = performance.now();
  const stopClock = isTty ? startClock(label, start) : () => {};
  try {
    const result = await work();
    stopClock();
    process.stderr.write(`  ok      ${label}: ${result.note} (${seconds(start)})\n`);
    return result;
  } catch (error) {
    stopClock();
    process.stderr.write(`  FAILED  ${label} (${seconds(start)})\n`);
    throw error;
  }
}

/** @param {string} label @param {number} start */
function startClock(label, start) {
  let frame = 0;
  const timer = setInterval(() => {
    frame = (frame + 1) % FRAMES.length;
    process.stderr.write(`\r\x1b[2K  ${FRAMES[frame]}       ${label} … ${seconds(start)}`);
  }, 100);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\x1b[2K');
  };
}
