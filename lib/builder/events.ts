/** What the builder program tells, a line of JSON each (`native/backends/tensorrt/builder/events.h`). */

/** The library that it has opened. */
export interface LibraryEvent {
  readonly event: 'library';
  readonly flavour: string;
  readonly version: string;
  readonly path: string;
  readonly parser: string;
  /** Of the headers that our module was compiled with. */
  readonly headers: string;
}

/** An input or output of the network; -1 is an open size. */
export interface ParsedTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  /** Its values are sizes, which the builder must know the range of. */
  readonly isShapeTensor?: boolean;
}

export interface ParsedEvent {
  readonly event: 'parsed';
  readonly layers: number;
  readonly inputs: readonly ParsedTensor[];
  readonly outputs: readonly ParsedTensor[];
  readonly seconds: number;
}

/** A node that the parser refuses. */
export interface RefusedNode {
  /** Index in the graph; -1: of no node. */
  readonly node: number;
  readonly name: string;
  readonly op: string;
  readonly code: string;
  readonly text: string;
}

/** The GPUs of this machine. */
export interface DevicesEvent {
  readonly event: 'devices';
  /** Its version. */
  readonly driver: string;
  readonly devices: readonly { index: number; name: string; uuid: string; computeCapability: string }[];
}

export type Severity = 'error' | 'warning' | 'info' | 'verbose';

export type BuilderEvent =
  | LibraryEvent
  | DevicesEvent
  | ParsedEvent
  | { readonly event: 'refused'; readonly nodes: readonly RefusedNode[] }
  | { readonly event: 'phase'; readonly name: string; readonly parent: string; readonly steps: number }
  | { readonly event: 'step'; readonly name: string; readonly done: number }
  | { readonly event: 'phase-end'; readonly name: string }
  | { readonly event: 'log'; readonly severity: Severity; readonly text: string }
  | { readonly event: 'recorded'; readonly code: number; readonly text: string }
  | { readonly event: 'built'; readonly bytes: number; readonly seconds: number; readonly peakBytes: number }
  | { readonly event: 'checked'; readonly seconds: number }
  | {
      readonly event: 'failed';
      readonly code: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** One line; undefined where it is none of ours. */
export function parseEvent(line: string): BuilderEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && typeof (value as BuilderEvent).event === 'string';
    return isEvent ? (value as BuilderEvent) : undefined;
  } catch {
    return undefined;
  }
}
