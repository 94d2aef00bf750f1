import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { NodeTensorRTError } from '../../errors.js';
import { getAddon } from '../../native/load.js';
import { Graph } from '../graph/graph.js';
import { Model } from '../graph/model.js';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type OperatorSetIdProto,
  SparseTensorProtoSchema,
  TensorProtoSchema,
} from '../proto/onnx_pb.js';
import { wireTypes } from '../wire/fields.js';
import { tensorPath } from '../wire/schema.js';
import { copyMessage } from './copy-message.js';
import { Decoder, type GraphParts } from './decode.js';
import { externalSpans, type OpenExternal } from './external-files.js';
import { invalid } from './invalid.js';
import { Pauses } from './pauses.js';
import type { ByteSource } from './source.js';
import { concat, Splitter } from './split.js';

/** Parses a model. Loaded by `readModel` when it is first needed, since it brings protobuf along. */
export async function parseModel(source: ByteSource, openFile: OpenExternal, maxNodes: number): Promise<Model> {
  await refuseOtherKinds(source);
  const splitter = new Splitter(source);
  const parser = new Parser(splitter);
  const { rest, graph } = await parser.model();
  const model = new Model();
  const decoder = new Decoder({ cuts: splitter.cuts, external: externalSpans(openFile) }, maxNodes);
  model.irVersion = versionOf(rest.irVersion, 'IR version');
  for (const [domain, version] of opsetsOf(rest.opsetImport)) model.opsets.set(domain, version);
  for (const { key, value } of rest.metadataProps) model.metadata.set(key, value);
  await decoder.fillGraph(model.graph, graph);
  for (const proto of rest.functions) {
    const body = new Graph(model.names);
    for (const name of proto.input) body.addInput(body.declareValue(name));
    await decoder.fillNodes(body, proto.node, 0);
    for (const name of proto.output) body.addOutput(body.find(name) ?? body.declareValue(name));
    const defaults = new Map();
    for (const attribute of proto.attributeProto) {
      defaults.set(attribute.name, await decoder.attribute(attribute, undefined, 0));
    }
    model.functions.push({
      domain: proto.domain,
      name: proto.name,
      overload: proto.overload,
      body,
      attributes: proto.attribute,
      defaults,
      opsets: opsetsOf(proto.opsetImport),
      proto: copyMessage(proto, { node: [], attributeProto: [] }),
    });
  }
  model.proto = copyMessage(rest, { functions: [] });
  model.cuts = rest.trainingInfo.length > 0 ? splitter.cuts : [];
  return model;
}

/** `kFileKindBytes` of `native/model/file_kind.h`. */
const LOOKED_AT_BYTES = 4096;

/** Says of a file of another kind what it is, instead of which part of it cannot be read. */
async function refuseOtherKinds(source: ByteSource): Promise<void> {
  const { name, byteLength } = source;
  const kind = getAddon().fileKind(await source.read(0, Math.min(byteLength, LOOKED_AT_BYTES)), byteLength);
  if (kind === undefined) return;
  const advice = kind.advice === '' ? '' : `; ${kind.advice}`;
  throw invalid('not-onnx', `${name} is not an ONNX model but ${kind.name}${advice}`, { looksLike: kind.name });
}

/** By domain; ONNX's own has two names. */
function opsetsOf(imports: readonly OperatorSetIdProto[]): Map<string, number> {
  return new Map(
    imports.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, versionOf(version, 'operator set')]),
  );
}

/** Reads the model message by message, so that no step takes long. */
class Parser {
  readonly #pauses = new Pauses();

  constructor(readonly splitter: Splitter) {}

  async model() {
    const { source } = this.splitter;
    const small: Uint8Array[] = [];
    const path = tensorPath(ModelProtoSchema);
    if (source.byteLength === 0) throw invalid('empty', `${source.name} is empty`);
    let graph: GraphParts | undefined;
    let isInGraph = false;
    // Of another format not even the first bytes make sense.
    let looksLikeOnnx = false;
    try {
      for await (const field of this.splitter.fields(0, source.byteLength)) {
        looksLikeOnnx ||= ModelProtoSchema.fields.some(({ number }) => number === field.number);
        if (field.number === ModelProtoSchema.field.graph.number && field.wireType === wireTypes.bytes) {
          if (isInGraph) throw invalid('malformed', `${source.name} has two graphs`);
          isInGraph = true;
          graph = await this.graph(field.start, field.end);
        } else {
          small.push(await this.splitter.splitField(field, path.fields.get(field.number)));
        }
      }
    } catch (error) {
      if (!(error instanceof NodeTensorRTError)) throw error;
      if (looksLikeOnnx) throw naming(source.name, error);
      throw notOnnx(source.name, error.message);
    }
    if (!graph) throw notOnnx(source.name, 'it has no graph');
    return { rest: this.parse(ModelProtoSchema, concat(small)), graph };
  }

  async graph(start: number, end: number): Promise<GraphParts> {
    const fields = GraphProtoSchema.field;
    const path = tensorPath(GraphProtoSchema);
    const parts = { nodes: [], initializers: [], sparse: [] } as {
      nodes: MessageShape<typeof NodeProtoSchema>[];
      initializers: MessageShape<typeof TensorProtoSchema>[];
      sparse: MessageShape<typeof SparseTensorProtoSchema>[];
    };
    const small: Uint8Array[] = [];
    for await (const field of this.splitter.fields(start, end)) {
      const { number, wireType } = field;
      const content = () => this.splitter.split(field.start, field.end, path.fields.get(number));
      if (wireType === wireTypes.bytes && number === fields.node.number) {
        parts.nodes.push(this.parse(NodeProtoSchema, await content()));
      } else if (wireType === wireTypes.bytes && number === fields.initializer.number) {
        parts.initializers.push(this.parse(TensorProtoSchema, await content()));
      } else if (wireType === wireTypes.bytes && number === fields.sparseInitializer.number) {
        parts.sparse.push(this.parse(SparseTensorProtoSchema, await content()));
      } else {
        small.push(await this.splitter.splitField(field, path.fields.get(number)));
      }
      if (this.#pauses.due) await this.#pauses.take();
    }
    const rest: GraphProto = this.parse(GraphProtoSchema, concat(small));
    return { ...parts, rest };
  }

  parse<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
    try {
      return fromBinary(schema, bytes);
    } catch (error) {
      const text = `${this.splitter.source.name} is damaged: a ${schema.name} cannot be read (${(error as Error).message})`;
      throw invalid('malformed', text);
    }
  }
}

/** The same error, with the file in its message. */
function naming(name: string, error: NodeTensorRTError): NodeTensorRTError {
  if (error.message.includes(name)) return error;
  return new NodeTensorRTError(error.code, `${name}: ${error.message}`, error.details, { cause: error });
}

function versionOf(version: bigint, what: string): number {
  if (version >= 0n && version <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(version);
  throw invalid('malformed', `the model has the ${what} ${version}`);
}

function notOnnx(name: string, why: string) {
  return invalid('not-onnx', `${name} is not an ONNX model: ${why}`);
}
