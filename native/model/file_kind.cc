#include "model/file_kind.h"

namespace ntrt {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kTorchAdvice = "export it with torch.onnx.export";
constexpr std::string_view kTensorFlowAdvice = "convert it with tf2onnx";
constexpr std::string_view kUnpackAdvice = "unpack it first";
constexpr std::string_view kPlanAdvice =
    "give the ONNX model that it was built from; Engine.load and node-tensorrt inspect take the plan";
constexpr std::string_view kEngineAdvice = "give the ONNX model that it was built from";

struct Magic {
  size_t offset;
  std::string_view bytes;
  FileKind kind;
};

// The first match counts.
constexpr Magic kMagics[] = {
    {0, "version https://git-lfs"sv, {"a Git LFS pointer, not the file it stands for", "run `git lfs pull`"}},
    {0, "version https://hawser"sv, {"a Git LFS pointer, not the file it stands for", "run `git lfs pull`"}},
    {0, "\x89HDF\r\n\x1a\n"sv, {"an HDF5 file (Keras .h5)", kTensorFlowAdvice}},
    {0, "\x1f\x8b"sv, {"a gzip archive", kUnpackAdvice}},
    {0, "\x28\xb5\x2f\xfd"sv, {"a Zstandard archive", kUnpackAdvice}},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     {"an xz archive", kUnpackAdvice}},
    {0, "7z\xbc\xaf\x27\x1c"sv, {"a 7-Zip archive", kUnpackAdvice}},
    {0, "BZh"sv, {"a bzip2 archive", kUnpackAdvice}},
    {257, "ustar"sv, {"a tar archive", kUnpackAdvice}},
    {0, "GGUF"sv, {"a GGUF model (llama.cpp)", ""}},
    {0, "\x89NTP\r\n\x1a\n"sv, {"a plan file of node-tensorrt", kPlanAdvice}},
    {0, "ftrt"sv, {"a TensorRT engine", kEngineAdvice}},
    {0, "ptrt"sv, {"a TensorRT engine", kEngineAdvice}},
    {0, "\x93NUMPY"sv, {"a NumPy array", ""}},
    {0, "%PDF"sv, {"a PDF document", ""}},
    {0,
     "\x7f"
     "ELF"sv,
     {"a program or library", ""}},
    {0, "MZ"sv, {"a program or library", ""}},
    {0, "\x89PNG"sv, {"a picture", ""}},
    {0, "\xff\xd8\xff"sv, {"a picture", ""}},
};

constexpr FileKind kTorchZip = {"a PyTorch checkpoint or TorchScript archive", kTorchAdvice};
constexpr FileKind kKerasZip = {"a Keras archive", kTensorFlowAdvice};
constexpr FileKind kZip = {"a zip archive", kUnpackAdvice};
constexpr FileKind kPickle = {"a Python pickle (PyTorch or scikit-learn)", "export it to ONNX in Python"};
constexpr FileKind kTflite = {"a TensorFlow Lite model", kTensorFlowAdvice};
constexpr FileKind kOrt = {"a model in ONNX Runtime's .ort format", "load the ONNX model it was made from"};
constexpr FileKind kSafetensors = {"a safetensors file: weights without a graph", kTorchAdvice};
constexpr FileKind kHtml = {"an HTML or XML page", "was a download answered by an error page?"};
constexpr FileKind kJson = {"JSON text", "was a download answered by an error message?"};

uint64_t little_endian_64(std::string_view text) noexcept {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value |= static_cast<uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return value;
}

bool has_at(std::string_view text, size_t offset, std::string_view what) noexcept {
  return text.size() >= offset && text.substr(offset, what.size()) == what;
}

const FileKind* recognise_zip(std::string_view text) noexcept {
  if (!has_at(text, 0, "PK\x03\x04"sv) && !has_at(text, 0, "PK\x05\x06"sv)) return nullptr;
  const auto has = [&](std::string_view name) { return text.find(name) != text.npos; };
  if (has("data.pkl") || has("/version")) return &kTorchZip;
  if (has("config.json") && has("metadata.json")) return &kKerasZip;
  return &kZip;
}

const FileKind* recognise_flatbuffer(std::string_view text) noexcept {
  // The identifier follows the offset of the root, which is small.
  if (!has_at(text, 2, "\0\0"sv)) return nullptr;
  if (has_at(text, 4, "TFL3")) return &kTflite;
  if (has_at(text, 4, "ORTM")) return &kOrt;
  return nullptr;
}

const FileKind* recognise_text(std::string_view text) noexcept {
  if (has_at(text, 0, "\xef\xbb\xbf"sv)) text.remove_prefix(3);
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) return nullptr;
  text.remove_prefix(start);
  if (text.front() == '<' && text.size() > 1 && (text[1] == '!' || text[1] == '?' || (text[1] | 0x20) == 'h')) {
    return &kHtml;
  }
  const size_t next = text.find_first_not_of(" \t\r\n", 1);
  if (text.front() == '{' && next != text.npos && (text[next] == '"' || text[next] == '}')) return &kJson;
  return nullptr;
}

}  // namespace

const FileKind* recognise_file(std::span<const std::byte> beginning, uint64_t size) noexcept {
  const std::string_view all(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  const std::string_view text = all.substr(0, kFileKindBytes);
  for (const Magic& magic : kMagics) {
    if (has_at(text, magic.offset, magic.bytes)) return &magic.kind;
  }
  if (const FileKind* kind = recognise_zip(text)) return kind;
  if (const FileKind* kind = recognise_flatbuffer(text)) return kind;
  // Protocols 2 to 5: a tag of field 32, 48, … which ModelProto has not.
  if (text.size() > 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5) return &kPickle;
  if (text.size() > 8 && text[8] == '{' && size >= 8 && little_endian_64(text) <= size - 8) return &kSafetensors;
  return recognise_text(text);
}

}  // namespace ntrt
