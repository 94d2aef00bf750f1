/** Numbers from 0 to 1 that are the same in every run (a linear congruential generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A map that is `value` where `inside` says so and 0 elsewhere. */
export function paintedMap(
  width: number,
  height: number,
  inside: (x: number, y: number) => boolean,
  value = 1,
): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) =>
    inside((i % width) + 0.5, Math.floor(i / width) + 0.5) ? value : 0,
  );
}
