/** How one of ONNX's element types is stored. */
interface ElementTypeInfo {
  /** `TensorProto.DataType`. */
  readonly code: number;
  /** Of one element in raw data; 4-bit and 2-bit types are packed. 0: of no fixed size. */
  readonly bits: number;
  /** The field of `TensorProto` that holds it where it is not raw. */
  readonly field: 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data' | 'stringData';
}

const info = (code: number, bits: number, field: ElementTypeInfo['field']): ElementTypeInfo => ({ code, bits, field });

/** ONNX's element types by the names that ONNX's documentation uses ('float' is 'float32' here, 'double' 'float64'). */
export const elementTypes = {
  undefined: info(0, 0, 'int32Data'),
  float32: info(1, 32, 'floatData'),
  uint8: info(2, 8, 'int32Data'),
  int8: info(3, 8, 'int32Data'),
  uint16: info(4, 16, 'int32Data'),
  int16: info(5, 16, 'int32Data'),
  int32: info(6, 32, 'int32Data'),
  int64: info(7, 64, 'int64Data'),
  string: info(8, 0, 'stringData'),
  bool: info(9, 8, 'int32Data'),
  float16: info(10, 16, 'int32Data'),
  float64: info(11, 64, 'doubleData'),
  uint32: info(12, 32, 'uint64Data'),
  uint64: info(13, 64, 'uint64Data'),
  complex64: info(14, 64, 'floatData'),
  complex128: info(15, 128, 'doubleData'),
  bfloat16: info(16, 16, 'int32Data'),
  float8e4m3fn: info(17, 8, 'int32Data'),
  float8e4m3fnuz: info(18, 8, 'int32Data'),
  float8e5m2: info(19, 8, 'int32Data'),
  float8e5m2fnuz: info(20, 8, 'int32Data'),
  uint4: info(21, 4, 'int32Data'),
  int4: info(22, 4, 'int32Data'),
  float4e2m1: info(23, 4, 'int32Data'),
  float8e8m0: info(24, 8, 'int32Data'),
  uint2: info(25, 2, 'int32Data'),
  int2: info(26, 2, 'int32Data'),
  float6e2m3: info(27, 6, 'int32Data'),
  float6e3m2: info(28, 6, 'int32Data'),
} as const satisfies Record<string, ElementTypeInfo>;

/** An element type of ONNX, those included that no backend here runs. */
export type ElementType = keyof typeof elementTypes;

const byCode = new Map(Object.entries(elementTypes).map(([name, { code }]) => [code, name as ElementType]));

/** The name of a `TensorProto.DataType`, or undefined for one that is newer than this library. */
export function elementTypeOf(code: number): ElementType | undefined {
  return byCode.get(code);
}

/** `TensorProto.DataType` of an element type, as the attribute `to` of Cast takes it. */
export function elementCode(type: ElementType): number {
  return elementTypes[type].code;
}

/** Whether it is a floating-point type of 16 bits or more. */
export function isFloat(type: ElementType | undefined): boolean {
  return type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';
}

/** Bytes of raw data for this many elements. */
export function rawByteLength(type: ElementType, count: number): number {
  return Math.ceil((elementTypes[type].bits * count) / 8);
}
