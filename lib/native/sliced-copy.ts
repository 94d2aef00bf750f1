/**
 * Copies of large data that a user can see, in slices of 1 MiB, one per turn of the event loop for all copies of this
 * thread together. On the JavaScript thread, because only there can nobody detach, resize or free the memory meanwhile;
 * in slices, so that timers and sockets are served in between.
 */

/** What is copied at once; also the size up to which a request is copied whole when it is submitted. */
export const SLICE_BYTES = 2 ** 20;

interface Job {
  bytes: number;
  offset: number;
  step: (offset: number, maxBytes: number) => number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const jobs: Job[] = [];

/** Calls `step(offset, maxBytes)`, which copies and returns the new offset, until `bytes` are done or it throws. */
export function slicedCopy(bytes: number, step: Job['step']): Promise<void> {
  return new Promise((resolve, reject) => {
    jobs.push({ bytes, offset: 0, step, resolve, reject });
    if (jobs.length === 1) setImmediate(copyOneSlice);
  });
}

function copyOneSlice(): void {
  let budget = SLICE_BYTES;
  for (let job = jobs[0]; job !== undefined && budget > 0; job = jobs[0]) {
    try {
      const before = job.offset;
      if (before < job.bytes) job.offset = job.step(before, budget);
      budget -= job.offset - before;
      if (job.offset < job.bytes) break;
      job.resolve();
    } catch (error) {
      job.reject(error);
    }
    jobs.shift();
  }
  if (jobs.length > 0) setImmediate(copyOneSlice);
}
