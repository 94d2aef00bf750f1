import { type DescriptionLimits, describeModel, type ModelDescription } from './describe-model.js';
import type { ExternalDataFile } from './file/external-data-option.js';
import { externalOpener, externalSpans } from './file/external-files.js';
import { readModel } from './file/read-model.js';
import type { Model } from './graph/model.js';
import type { Payload } from './graph/payload.js';

/** What a model that this library made itself may be. */
export const ANY_MODEL: DescriptionLimits = {
  nodes: 10_000_000,
  elements: Number.MAX_SAFE_INTEGER,
  declaredBytes: Number.MAX_SAFE_INTEGER,
  hardLinks: true,
};

/** A part of a file of external data that a tensor has its values in. */
export interface ExternalSpan {
  /** As the model writes it. */
  readonly location: string;
  readonly offset: number;
  readonly payload: Payload;
}

/** A model as a user gives it, which is described for what a description is enough, and read when it is not. */
export class GivenModel {
  #description: Promise<ModelDescription> | undefined;
  #external: Promise<readonly ExternalSpan[]> | undefined;

  constructor(
    /** Path of its file, or its bytes. */
    readonly source: string | Uint8Array,
    readonly limits: DescriptionLimits = ANY_MODEL,
    /** For a model given as bytes. */
    readonly externalData: readonly ExternalDataFile[] = [],
  ) {}

  /** Throws MODEL_INVALID as `describeModel`. */
  describe(): Promise<ModelDescription> {
    this.#description ??= describeModel(this.source, this.limits);
    return this.#description;
  }

  /** What it reads of other files, which stay open. Throws MODEL_INVALID with one of the reasons external-data-… . */
  external(): Promise<readonly ExternalSpan[]> {
    this.#external ??= this.#openExternal();
    return this.#external;
  }

  /** The whole graph, read anew: it is the caller's to change. Throws MODEL_INVALID as `readModel`. */
  read(): Promise<Model> {
    const { nodes, hardLinks } = this.limits;
    return readModel(this.source, { externalData: this.externalData, limits: { nodes, hardLinks } });
  }

  async #openExternal(): Promise<readonly ExternalSpan[]> {
    const { externalData, limits } = this;
    const { external } = await this.describe();
    const open = externalSpans(externalOpener(this.source, { externalData, hardLinks: limits.hardLinks }));
    const spans: ExternalSpan[] = [];
    for (const { tensor, location, offset, bytes } of external) {
      spans.push({ location, offset, payload: await open(location, offset, bytes ?? undefined, tensor) });
    }
    return spans;
  }
}
