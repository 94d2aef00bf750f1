#include "model/model_source.h"

#include <gtest/gtest.h>

#include "model/path_text.h"
#include "test/model/onnx_builder.h"
#include "test/model/shared_bytes.h"
#include "test/model/temp_folder.h"

namespace ntrt {
namespace {

using namespace testing;

std::string small_model() { return model(graph({node("Add", "a")}, {raw_tensor("w")})).data(); }
std::string external_model() { return model(graph({}, {external_tensor("w", "w.bin")})).data(); }

TEST(ModelSource, FromFileMapsAndVerifies) {
  const TempFolder folder;
  const auto path = folder.write("m.onnx", small_model());
  ModelSource source = ModelSource::from_file(path_to_utf8(path));
  EXPECT_EQ(source.bytes().size(), small_model().size());
  EXPECT_EQ(source.path(), path);
  EXPECT_EQ(source.verify().num_nodes, 1u);
  ModelSource moved = std::move(source);
  EXPECT_EQ(moved.verify().num_nodes, 1u);
}

TEST(ModelSource, FromFileMakesThePathAbsolute) {
  EXPECT_EQ(reason_of([] { ModelSource::from_file("absent.onnx"); }), "not-found");
  const Error error = error_of([] { ModelSource::from_file("absent.onnx"); });
  EXPECT_EQ(detail(error, "path"), path_to_utf8(std::filesystem::absolute("absent.onnx")));
}

TEST(ModelSource, VerifyLooksForExternalDataBesideTheFile) {
  const TempFolder folder;
  const std::string path = path_to_utf8(folder.write("m.onnx", external_model()));
  ModelSource source = ModelSource::from_file(path);
  const Error error = error_of([&] { source.verify(); });
  EXPECT_EQ(detail(error, "reason"), "external-data-missing");
  EXPECT_EQ(detail(error, "path"), path);
  EXPECT_EQ(error.message().find(path), 0u) << error.message();
  folder.write("w.bin", std::string(16, 'w'));
  EXPECT_EQ(source.verify().external_refs.size(), 1u);
}

TEST(ModelSource, VerifyRefusesAnEmptyFile) {
  const TempFolder folder;
  ModelSource source = ModelSource::from_file(path_to_utf8(folder.write("m.onnx", "")));
  EXPECT_EQ(reason_of([&] { source.verify(); }), "empty");
}

TEST(ModelSource, RefusesAFileThatProtobufCannotHold) {
  const TempFolder folder;
  const auto path = folder.write("m.onnx", small_model());
  std::filesystem::resize_file(path, uint64_t{1} << 31);
  ModelSource source = ModelSource::from_file(path_to_utf8(path));
  EXPECT_EQ(reason_of([&] { source.verify(); }), "too-large");
}

TEST(ModelSource, FromBytesTakesItsExternalDataFromMemory) {
  ModelSource source = ModelSource::from_bytes(shared_bytes(to_bytes(external_model())),
                                               {{"w.bin", shared_bytes(std::vector<std::byte>(16))}});
  EXPECT_FALSE(source.path().has_value());
  EXPECT_EQ(source.external_files().size(), 1u);
  EXPECT_EQ(source.verify().external_refs.size(), 1u);
  ModelSource without = ModelSource::from_bytes(shared_bytes(to_bytes(external_model())));
  EXPECT_EQ(reason_of([&] { without.verify(); }), "external-data-missing");
  ModelSource little = ModelSource::from_bytes(shared_bytes(to_bytes(external_model())),
                                               {{"w.bin", shared_bytes(std::vector<std::byte>(15))}});
  EXPECT_EQ(reason_of([&] { little.verify(); }), "external-data-out-of-range");
}

TEST(ModelSource, SharesBytesWithTheirOwner) {
  auto owner = std::make_shared<std::string>(small_model());
  const std::weak_ptr<std::string> watch = owner;
  {
    ModelSource source = ModelSource::from_bytes(SharedBytes{owner, as_bytes(*owner)});
    owner.reset();
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(source.verify().num_nodes, 1u);
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace ntrt
