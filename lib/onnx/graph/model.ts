import type { Cut } from '../file/split.js';
import type { FunctionProto, ModelProto } from '../proto/onnx_pb.js';
import type { Attribute } from './attribute.js';
import { Graph } from './graph.js';
import { Names } from './names.js';
import type { Node } from './node.js';

/** A function that a model brings along: nodes of its domain and name stand for its body. */
export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  /** Its inputs, outputs and nodes. */
  readonly body: Graph;
  /** Names of attributes that a caller must give. */
  readonly attributes: readonly string[];
  /** Attributes with their defaults. */
  readonly defaults: ReadonlyMap<string, Attribute>;
  /** Operator sets of the body, by domain. */
  readonly opsets: Map<string, number>;
  /** As the file had it: documentation, types of values, metadata, fields that this version does not know. */
  readonly proto?: FunctionProto | undefined;
}

/**
 * An ONNX model in memory, without the weights: those stay in the file until somebody reads them. Made by `readModel`.
 * Passes change it in place.
 */
export class Model {
  readonly names: Names;
  readonly graph: Graph;
  /** By domain and name. */
  readonly functions: ModelFunction[] = [];
  /** Version of ONNX's file format (`ir_version`). */
  irVersion = 8;
  /** Version of each operator set by domain; '' is ONNX's own. */
  readonly opsets = new Map<string, number>();
  /** `metadata_props`. */
  readonly metadata = new Map<string, string>();
  /** As the file had it: producer, documentation, fields that this version does not know. */
  proto: ModelProto | undefined;
  /** @internal Payloads of what `proto` holds of the training graphs. */
  cuts: readonly Cut[] = [];

  constructor(names = new Names()) {
    this.names = names;
    this.graph = new Graph(names);
  }

  /** Version of ONNX's own operator set. 0: the model does not say. */
  get opset(): number {
    return this.opsets.get('') ?? 0;
  }

  /** Its graph, all subgraphs, and those of its functions. */
  *graphs(): Generator<Graph> {
    yield* this.graph.withSubgraphs();
    for (const { body } of this.functions) yield* body.withSubgraphs();
  }

  /** All nodes of all graphs. */
  *nodes(): Generator<Node> {
    yield* this.graph.allNodes();
    for (const { body } of this.functions) yield* body.allNodes();
  }
}
