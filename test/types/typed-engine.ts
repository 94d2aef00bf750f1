// Checked by `tsc -p tsconfig.test.json`, never run: the compiler knows the names and types of a typed engine.
import { Engine, type ErrorCode, NodeTensorRTError, Tensor, type TensorLike, type TensorMap } from 'node-tensorrt';

type Inputs = { image: TensorLike<'float32'>; sizes: TensorLike<'int64'> };
type Outputs = { scores: TensorLike<'float32'>; labels: TensorLike<'string'> };

const image = new Tensor('float32', new Float32Array(4), [1, 4]);
const sizes = new Tensor('int64', new BigInt64Array(2), [2]);

export async function typed(): Promise<void> {
  const engine = await Engine.load<Inputs, Outputs>('model.onnx');
  const result = await engine.run({ image, sizes });
  const scores: Float32Array = result.scores.data;
  const labels: string[] = result.labels.data;
  const again: Float32Array = engine.runSync({ image, sizes }, { outputs: ['scores'] }).scores.data;
  await engine.run({ image: { type: 'float32', data: scores, dims: [4] }, sizes });
  void [labels, again];

  // @ts-expect-error an input is missing
  await engine.run({ image });
  // @ts-expect-error an input is missing
  engine.runSync({ sizes });
  // @ts-expect-error a name is misspelled
  await engine.run({ imgae: image, sizes });
  // @ts-expect-error there is one input too many
  await engine.run({ image, sizes, mask: image });
  // @ts-expect-error the types are the wrong way round
  await engine.run({ image: sizes, sizes: image });
  // @ts-expect-error the data is not of the type
  await engine.run({ image: { type: 'float32', data: new Float64Array(4), dims: [4] }, sizes });
  // @ts-expect-error there is no such output
  void result.boxes;
  // @ts-expect-error scores are float32
  const wrong: BigInt64Array = result.scores.data;
  void wrong;
}

export async function untyped(): Promise<void> {
  const engine = await Engine.load('model.onnx');
  const result: TensorMap = await engine.run({ anything: image });
  // @ts-expect-error an output may not be there
  void result['y'].data;
  const typedAsAny: Engine = engine;
  void typedAsAny;
  // @ts-expect-error an option is misspelled
  await engine.run({ image }, { timeout: 5 });
  // @ts-expect-error runSync() cannot be aborted
  engine.runSync({ image }, { signal: new AbortController().signal });
  // @ts-expect-error a backend is misspelled
  await Engine.load('model.onnx', { backend: 'cuda' });
  // @ts-expect-error an option of a later version
  await Engine.load('model.onnx', { precision: 'int8' });
  // @ts-expect-error engines come from Engine.load
  void new Engine();
  // @ts-expect-error properties are for reading
  engine.name = 'other';
}

export function errors(error: unknown): string {
  if (!(error instanceof NodeTensorRTError)) return 'foreign';
  const code: ErrorCode = error.code;
  // @ts-expect-error there is no such code
  if (code === 'ERR_TIMEOUT') return 'never';
  switch (code) {
    case 'QUEUE_FULL':
      return `retry ${error.retryable}`;
    default:
      return code;
  }
}
