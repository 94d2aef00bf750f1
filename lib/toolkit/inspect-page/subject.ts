import type { Fact } from '../plan/plan-facts.js';

/** What a page shows, whether it is of a model or a plan. */
export interface PageSubject {
  /** 'ONNX model' or 'Plan'. */
  readonly kind: string;
  readonly name: string;
  readonly tiles: readonly { name: string; value: string; remark: string }[];
  readonly facts: readonly Fact[];
  /** What to know of the layers. */
  readonly notes: readonly string[];
  /** What bars of weights and of outputs are of; undefined: none are drawn. */
  readonly weightsTitle?: string | undefined;
  readonly outputsTitle?: string | undefined;
  readonly graph: PageGraph;
}

/** Layers in topological order, and the tensors between them. */
export interface PageGraph {
  readonly layers: readonly PageLayer[];
  readonly tensors: readonly PageTensor[];
  /** Layers that are not shown, since there are more than a page can have. */
  readonly left: number;
}

export interface PageTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: string;
  /** null: not known */
  readonly bytes: number | null;
  /** Place of the layer that makes it; -1: none, it is a constant. */
  readonly producer: number;
}

export interface PageLayer {
  readonly name: string;
  readonly type: string;
  /** Element type of the first output; '' where it is not known. */
  readonly precision: string;
  /** Inputs and outputs of the whole are rows as well. 'constant': depends on constants only. */
  readonly kind: 'layer' | 'constant' | 'input' | 'output';
  /** Places of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Bytes of constants that it holds or is the first to read. */
  readonly weightBytes: number;
  /** Of all outputs; null: not known. */
  readonly outputBytes: number | null;
}
