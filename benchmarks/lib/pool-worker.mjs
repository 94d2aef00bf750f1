// @ts-check
// A worker of a piscina pool with an onnxruntime-node session of its own. See pool.mjs.
import { workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { move, transferableSymbol, valueSymbol } from 'piscina';

const session = await InferenceSession.create(workerData.model, { intraOpNumThreads: 1 });
const input = String(session.inputNames[0]);
const output = String(session.outputNames[0]);

/** @param {{ type: any, data: any, dims: number[], isMoved: boolean }} task */
export default async function run({ type, data, dims, isMoved }) {
  const { [output]: result } = await session.run({ [input]: new Tensor(type, data, dims) });
  const { data: values, dims: shape } = /** @type {import('onnxruntime-node').Tensor} */ (result);
  // The input goes back to whom it came from, who sends it again.
  const value = { data: values, dims: shape, input: isMoved ? data : undefined };
  const buffers = [/** @type {any} */ (values).buffer, ...(isMoved ? [data.buffer] : [])];
  return move(/** @type {any} */ ({ [transferableSymbol]: buffers, [valueSymbol]: value }));
}
