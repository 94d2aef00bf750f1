#include "model/file_kind.h"

#include <gtest/gtest.h>

#include "model/onnx_scan.h"
#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace testing;

TEST(RecogniseFile, NamesWhatIsOfferedInsteadOfAModel) {
  std::string tar(512, '\0');
  tar.replace(0, 5, "a.bin");
  tar.replace(257, 5, "ustar");
  struct Case {
    std::string data;
    const char* name;
  };
  const Case cases[] = {
      {"PK\x03\x04"s + std::string(26, '\0') + "archive/data.pkl", "a PyTorch checkpoint or TorchScript archive"},
      {"PK\x03\x04"s + "config.json metadata.json", "a Keras archive"},
      {"PK\x03\x04readme.txt"s, "a zip archive"},
      {"\x80\x02\x8a\x0al\xfc\x9c"s, "a Python pickle (PyTorch or scikit-learn)"},
      {"\x80\x05\x95"s, "a Python pickle (PyTorch or scikit-learn)"},
      {"\x89HDF\r\n\x1a\n....", "an HDF5 file (Keras .h5)"},
      {"\x1c\0\0\0TFL3\0\0"s, "a TensorFlow Lite model"},
      {"\x1c\0\0\0ORTM\0\0"s, "a model in ONNX Runtime's .ort format"},
      {"\x1f\x8b\x08\0"s, "a gzip archive"},
      {"\xfd"
       "7zXZ\0"s,
       "an xz archive"},
      {"BZh91AY", "a bzip2 archive"},
      {tar, "a tar archive"},
      {"\x10\0\0\0\0\0\0\0{\"__metadata__\":{"s, "a safetensors file: weights without a graph"},
      {"GGUF\x03\0\0\0"s, "a GGUF model (llama.cpp)"},
      {"\x89NTP\r\n\x1a\n"s, "a plan file of node-tensorrt"},
      {"ftrt\0\0\0\0"s, "a TensorRT engine"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:", "a Git LFS pointer, not the file it stands for"},
      {"<!DOCTYPE html><html>", "an HTML or XML page"},
      {"\n <html>", "an HTML or XML page"},
      {"<?xml version", "an HTML or XML page"},
      {"\xef\xbb\xbf{ \"error\": 404 }", "JSON text"},
      {"\x93NUMPY\x01", "a NumPy array"},
      {"\x89PNG\r\n", "a picture"},
  };
  for (const Case& one : cases) {
    const FileKind* kind = recognise_file(as_bytes(one.data));
    ASSERT_NE(kind, nullptr) << one.name;
    EXPECT_EQ(kind->name, one.name);
    const Error error = error_of([&] { scan_onnx(as_bytes(one.data)); });
    EXPECT_EQ(detail(error, "reason"), "not-onnx") << one.name;
    EXPECT_EQ(detail(error, "looksLike"), one.name);
  }
}

TEST(RecogniseFile, LeavesModelsAlone) {
  const std::string data = model(graph({node("Add", "a")}, {raw_tensor("w")})).data();
  EXPECT_EQ(recognise_file(as_bytes(data)), nullptr);
  // The producer's name stands where a FlatBuffer has its identifier.
  for (const char* producer : {"TFL3", "ORTM"}) {
    const std::string tricky = Proto().varint(1, 7).bytes(2, producer).data();
    EXPECT_EQ(recognise_file(as_bytes(tricky)), nullptr);
  }
  EXPECT_EQ(recognise_file({}), nullptr);
}

TEST(ScanOnnx, RefusesWhatNobodyKnows) {
  for (const std::string_view data :
       {"hello, this is a text file of some length"sv, "\x0a\x05hello"sv, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
    const Error error = error_of([&] { scan_onnx(as_bytes(data)); });
    EXPECT_EQ(detail(error, "reason"), "not-onnx");
    EXPECT_EQ(detail(error, "looksLike"), "unknown");
  }
}

TEST(ScanOnnx, HintsAtASavedModel) {
  // saved_model_schema_version and meta_graphs have the numbers and types of ir_version and producer_name.
  const Error error = error_of([] { scan_onnx(as_bytes(Proto().varint(1, 1).bytes(2, "\x0a\x05serve").data())); });
  EXPECT_EQ(detail(error, "reason"), "no-graph");
  EXPECT_NE(error.message().find("SavedModel"), std::string::npos);
}

}  // namespace
}  // namespace ntrt
