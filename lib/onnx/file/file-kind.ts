/** What a file is that is offered as an ONNX model; `native/model/file_kind.cc` says the same, and a test compares both. */
export interface FileKind {
  /** 'a PyTorch checkpoint or TorchScript archive'. */
  readonly name: string;
  /** What to do; '' where there is nothing to say. */
  readonly advice: string;
}

/** Bytes from the beginning that `fileKind` looks at. */
export const LOOKED_AT_BYTES = 4096;

const TORCH = 'export it with torch.onnx.export';
const TENSORFLOW = 'convert it with tf2onnx';
const UNPACK = 'unpack it first';
const PLAN = 'give the ONNX model that it was built from; Engine.load and node-tensorrt inspect take the plan';
const ENGINE = 'give the ONNX model that it was built from';

/** The first match counts. Bytes as characters. */
const beginnings: readonly (readonly [bytes: string, name: string, advice: string])[] = [
  ['version https://git-lfs', 'a Git LFS pointer, not the file it stands for', 'run `git lfs pull`'],
  ['version https://hawser', 'a Git LFS pointer, not the file it stands for', 'run `git lfs pull`'],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file (Keras .h5)', TENSORFLOW],
  ['\x1f\x8b', 'a gzip archive', UNPACK],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive', UNPACK],
  ['\xfd7zXZ\0', 'an xz archive', UNPACK],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', UNPACK],
  ['BZh', 'a bzip2 archive', UNPACK],
  ['GGUF', 'a GGUF model (llama.cpp)', ''],
  ['\x89NTP\r\n\x1a\n', 'a plan file of node-tensorrt', PLAN],
  ['ftrt', 'a TensorRT engine', ENGINE],
  ['ptrt', 'a TensorRT engine', ENGINE],
  ['\x93NUMPY', 'a NumPy array', ''],
  ['%PDF', 'a PDF document', ''],
  ['\x7fELF', 'a program or library', ''],
  ['MZ', 'a program or library', ''],
  ['\x89PNG', 'a picture', ''],
  ['\xff\xd8\xff', 'a picture', ''],
];

/**
 * By content only: the beginning of a file of `bytes` bytes. undefined: not known. What it names cannot be read as an ONNX
 * model.
 */
export function fileKind(beginning: Uint8Array, bytes: number): FileKind | undefined {
  const { buffer, byteOffset } = beginning;
  const size = Math.min(beginning.byteLength, LOOKED_AT_BYTES);
  const text = Buffer.from(buffer, byteOffset, size).toString('latin1');
  const found = beginnings.find(([magic]) => text.startsWith(magic));
  if (found) return { name: found[1], advice: found[2] };
  if (text.startsWith('ustar', 257)) return { name: 'a tar archive', advice: UNPACK };
  return ofArchive(text) ?? ofFlatBuffer(text) ?? ofBinary(text, bytes) ?? ofText(text);
}

function ofArchive(text: string): FileKind | undefined {
  if (!text.startsWith('PK\x03\x04') && !text.startsWith('PK\x05\x06')) return undefined;
  if (text.includes('data.pkl') || text.includes('/version')) {
    return { name: 'a PyTorch checkpoint or TorchScript archive', advice: TORCH };
  }
  if (text.includes('config.json') && text.includes('metadata.json')) {
    return { name: 'a Keras archive', advice: TENSORFLOW };
  }
  return { name: 'a zip archive', advice: UNPACK };
}

/** The identifier follows the offset of the root, which is small. */
function ofFlatBuffer(text: string): FileKind | undefined {
  if (!text.startsWith('\0\0', 2)) return undefined;
  if (text.startsWith('TFL3', 4)) return { name: 'a TensorFlow Lite model', advice: TENSORFLOW };
  if (!text.startsWith('ORTM', 4)) return undefined;
  return { name: "a model in ONNX Runtime's .ort format", advice: 'load the ONNX model it was made from' };
}

function ofBinary(text: string, bytes: number): FileKind | undefined {
  // Protocols 2 to 5: a tag of field 32, 48, … which ModelProto has not.
  const protocol = text.charCodeAt(1);
  if (text.length > 2 && text.startsWith('\x80') && protocol >= 2 && protocol <= 5) {
    return { name: 'a Python pickle (PyTorch or scikit-learn)', advice: 'export it to ONNX in Python' };
  }
  if (text[8] !== '{') return undefined;
  const header = Buffer.from(text.slice(0, 8), 'latin1').readBigUInt64LE();
  if (header > BigInt(bytes - 8)) return undefined;
  return { name: 'a safetensors file: weights without a graph', advice: TORCH };
}

function ofText(text: string): FileKind | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, '').replace(/^[ \t\r\n]+/, '');
  if (/^<[!?h]/i.test(start)) {
    return { name: 'an HTML or XML page', advice: 'was a download answered by an error page?' };
  }
  if (!/^\{[ \t\r\n]*["}]/.test(start)) return undefined;
  return { name: 'JSON text', advice: 'was a download answered by an error message?' };
}
