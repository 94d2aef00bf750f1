import { convertFloats } from '../../onnx/numeric/convert.js';
import type { FloatType } from '../../onnx/numeric/elements.js';
import { dataTypes, requireArray } from '../../tensor/data-types.js';
import type { TensorLike } from '../../tensor/types.js';

/** A floating-point tensor in another floating-point type, rounded to nearest even. `what` names it in errors. */
export async function castFloats(what: string, tensor: TensorLike, type: FloatType): Promise<TensorLike> {
  const from = tensor.type as FloatType;
  const source = requireArray(`${what}.data`, from, tensor.data) as Uint16Array;
  const bytes = await convertFloats(source, from, type);
  return { type, data: dataTypes[type].over(bytes.buffer as ArrayBuffer), dims: tensor.dims };
}
