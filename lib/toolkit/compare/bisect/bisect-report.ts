/** What `BisectState.format` is. */
export const BISECTION_FORMAT = 'node-tensorrt-bisection-1';

/** A node that has to stay in the model's own precision. */
export interface KeptNode {
  node: string;
  opType: string;
  /** In words. */
  reason: string;
  /** What the worst output loses in dB when only this node of them is narrowed. null: not tried within `maxRuns`. */
  gain: number | null;
}

/** What a narrowed model was like. */
export interface TrialSummary {
  passed: boolean;
  /** Signal to noise of the worst output, in dB: Infinity without errors, null for outputs of strings only. */
  snr: number | null;
  /** Largest absolute error of an output. */
  maxAbs: number | null;
  /** Why it did not pass. */
  reasons: string[];
}

/** What `bisectPrecision` found. */
export interface BisectReport {
  /** Whether a model was found that passes. false: also with all candidates kept, or with those tried within `maxRuns`. */
  reached: boolean;
  /** Whether none of `keep` can be narrowed without failing; false where `maxRuns` ended the search before. */
  minimal: boolean;
  /** The nodes to leave out of the cast, those that cost most first. */
  keep: KeptNode[];
  /** Models that were tried, those of a resumed search included. */
  runs: number;
  /** With everything narrowed. */
  before: TrialSummary;
  /** With `keep` kept; of the last that was tried where none passed. */
  after: TrialSummary;
  state: BisectState;
}

/** A node, and how much it is suspected. */
export interface RankedNode {
  node: string;
  opType: string;
  /** Relative error that it adds to what its inputs have; values that are no longer finite come first. */
  error: number;
  reason: string;
}

/** What a search has found out so far. Plain data, which JSON carries. */
export interface BisectState {
  format: typeof BISECTION_FORMAT;
  /** The most suspected first. */
  ranking: RankedNode[];
  /** What was tried: the nodes that were kept, and what came of it. */
  tried: ({ keep: string[] } & TrialSummary)[];
}

/** How far a search is. */
export interface BisectProgress {
  /** 'rank': everything narrowed. 'search': the most suspected nodes that suffice. 'minimise': which are not needed. */
  phase: 'rank' | 'search' | 'minimise';
  runs: number;
  maxRuns: number;
  /** How many nodes were kept in the last try, and whether it passed. */
  kept: number;
  passed: boolean;
  /** Size of the smallest set that passed; null: none yet. */
  best: number | null;
  state: BisectState;
}
