/**
 * A connected region, as the first and last pixel of each of its runs: x0, y, x1, y, … rows from the top, runs from the
 * left. That is enough for its convex hull and never more than its outline.
 *
 * @typedef {object} Component
 * @property {Int32Array} points
 * @property {number} area in pixels
 */

/**
 * The 8-connected regions of a map where it is at least `threshold`, smallest ones left out.
 *
 * Works on runs of pixels instead of pixels: a text map has a few thousand runs and a million pixels.
 *
 * @param {Float32Array} map
 * @param {{ width: number, height: number, stride?: number, threshold: number, minArea?: number }} options
 * @returns {Component[]}
 */
export function connectedComponents(map, { width, height, stride = width, threshold, minArea = 1 }) {
  const runs = findRuns(map, width, height, stride, threshold);
  const roots = joinRuns(runs);
  return collect(runs, roots, minArea);
}

/** Runs as triples: row, first pixel, last pixel. */
class Runs {
  values = new Int32Array(3 * 1024);
  count = 0;

  /**
   * @param {number} y
   * @param {number} first
   * @param {number} last
   */
  push(y, first, last) {
    const at = this.count * 3;
    if (at === this.values.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[at] = y;
    this.values[at + 1] = first;
    this.values[at + 2] = last;
    this.count++;
  }
}

/**
 * @param {Float32Array} map
 * @param {number} width
 * @param {number} height
 * @param {number} stride
 * @param {number} threshold
 */
function findRuns(map, width, height, stride, threshold) {
  const runs = new Runs();
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    for (let x = 0; x < width; x++) {
      if (map[row + x] < threshold) continue;
      const first = x;
      while (x + 1 < width && map[row + x + 1] >= threshold) x++;
      runs.push(y, first, x);
    }
  }
  return runs;
}

/**
 * Joins runs that touch a run of the row above. Returns the root of each run.
 *
 * @param {Runs} runs
 */
function joinRuns({ values, count }) {
  const parent = new Int32Array(count);
  /** @param {number} run */
  const rootOf = (run) => {
    while (parent[run] !== run) {
      parent[run] = parent[parent[run]];
      run = parent[run];
    }
    return run;
  };
  let above = 0;
  for (let run = 0; run < count; run++) {
    parent[run] = run;
    const y = values[run * 3];
    const first = values[run * 3 + 1];
    const last = values[run * 3 + 2];
    while (values[above * 3] < y - 1 || (values[above * 3] === y - 1 && values[above * 3 + 2] < first - 1)) above++;
    for (let other = above; values[other * 3] === y - 1 && values[other * 3 + 1] <= last + 1; other++) {
      const a = rootOf(run);
      const b = rootOf(other);
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
  for (let run = 0; run < count; run++) parent[run] = rootOf(run);
  return parent;
}

/**
 * @param {Runs} runs
 * @param {Int32Array} roots
 * @param {number} minArea
 */
function collect({ values, count }, roots, minArea) {
  const sizes = new Int32Array(count);
  const areas = new Int32Array(count);
  for (let run = 0; run < count; run++) {
    sizes[roots[run]]++;
    areas[roots[run]] += values[run * 3 + 2] - values[run * 3 + 1] + 1;
  }
  /** @type {Component[]} */
  const components = [];
  const indexOf = new Int32Array(count).fill(-1);
  const filled = new Int32Array(count);
  for (let run = 0; run < count; run++) {
    const root = roots[run];
    if (areas[root] < minArea) continue;
    if (indexOf[root] < 0) {
      indexOf[root] = components.length;
      components.push({ points: new Int32Array(sizes[root] * 4), area: areas[root] });
    }
    const { points } = components[indexOf[root]];
    points[filled[root]++] = values[run * 3 + 1];
    points[filled[root]++] = values[run * 3];
    points[filled[root]++] = values[run * 3 + 2];
    points[filled[root]++] = values[run * 3];
  }
  return components;
}

/**
 * The mean of the map over the pixels of a component.
 *
 * @param {Float32Array} map
 * @param {number} stride
 * @param {Component} component
 */
export function meanOf(map, stride, { points, area }) {
  let sum = 0;
  for (let i = 0; i < points.length; i += 4) {
    const row = points[i + 1] * stride;
    for (let x = points[i]; x <= points[i + 2]; x++) sum += map[row + x];
  }
  return sum / area;
}
