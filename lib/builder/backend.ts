/** The flavours of TensorRT that build, as `LoadOptions.backend` names them. */
export const backends = ['tensorrt', 'tensorrt-rtx'] as const;

export type Backend = (typeof backends)[number];

/** As NVIDIA writes them. */
export const backendTitles: Readonly<Record<Backend, string>> = {
  tensorrt: 'TensorRT',
  'tensorrt-rtx': 'TensorRT-RTX',
};
