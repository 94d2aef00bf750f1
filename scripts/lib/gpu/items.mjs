/** What is tried on a GPU, by the names that gpu_acceptance gives (a test compares them), and what each shows. */
export const gpuItems = {
  'driver/version': 'the driver is found, is new enough and has every function that is used',
  'driver/errors': "the driver's errors come with name and text",
  'devices/list': 'devices with name, UUID, compute capability and memory',
  'devices/context': 'the primary context is shared, and the current one is left as it was',
  'memory/device': 'memory is taken, used and given back',
  'memory/device-out-of-memory': 'too much of it is OUT_OF_MEMORY with the bytes, and the device goes on working',
  'memory/pool': 'a stream-ordered pool keeps what comes back, and trims to nothing',
  'memory/pool-out-of-memory': 'the same of a pool',
  'memory/source': 'what the library takes memory from, with and without a pool',
  'memory/pinned': 'pinned memory that the host only writes',
  'copies/round-trip': 'to the device, on it and back, compared byte for byte',
  'copies/pageable': 'the same with memory that is not pinned',
  'copies/rates': 'how fast copies are, measured by events',
  'streams/order': 'events keep two streams in order',
  'streams/elapsed': 'events tell time that fits the clock of the host',
  'streams/host-function': 'a function of the host runs in its turn',
  'graphs/launch': 'captured copies are launched 1000 times, each result compared',
  'graphs/branches': 'a graph of two streams',
  'graphs/abandoned': 'a capture that is left leaves a usable stream',
  'tensorrt/version': 'the library is found by the loader and is of a version that fits; as TensorRT-RTX it is refused',
  'tensorrt/foreign-plans': 'what is no plan is refused with an error',
  'tensorrt/build': 'TensorRT reads a perceptron of 8 layers of 1024 from ONNX and builds it, FP32, 1 to 32 rows',
  'tensorrt/run': "1, 8 and 32 rows on a stream, compared with ONNX Runtime's results on a processor; time per run",
  'tensorrt/graph': 'the same captured into a graph; time per launch',
  'models/fp32':
    "real models after optimizeModel: built, every sample run and compared with ONNX Runtime's results on a processor, the first one from a graph, too; time per run",
  'models/fp16': 'the same after castModel to fp16, compared with the results of float32',
  'models/bf16': 'the same after castModel to bf16',
};

/** Beside gpu_acceptance: the addon itself. */
export const addonItem = 'addon/cpu';

/** @type {Record<string, string>} */
export const allItems = {
  ...gpuItems,
  [addonItem]: "the addon is loaded by this machine's Node and computes the perceptron on the processor",
};
