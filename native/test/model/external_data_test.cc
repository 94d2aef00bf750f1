#include "model/external_data.h"

#include <gtest/gtest.h>

#include "test/model/onnx_builder.h"
#include "test/model/temp_folder.h"

#ifndef _WIN32
#include <sys/stat.h>
#endif

namespace ntrt {
namespace {

namespace fs = std::filesystem;
using namespace testing;

OnnxScan scan_of(const std::vector<Proto>& initializers) {
  return scan_onnx(as_bytes(model(graph({node("Add", "a")}, initializers)).data()));
}

// The reason for which a tensor of 16 bytes with this location is refused; "" if it is accepted.
std::string refusal_of(const TempFolder& folder, std::string_view location, std::optional<std::string> offset = {},
                       std::optional<std::string> length = {}, ExternalDataPolicy policy = {}) {
  const OnnxScan scan = scan_of({external_tensor("w", location, std::move(offset), std::move(length))});
  const std::string what = reason_of([&] { check_external_data(scan, folder.path() / "model", policy); });
  return what == "(nothing was thrown)" ? "" : what;
}

class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("secret.bin", std::string(64, 's'));
    folder_.write("model/weights.bin", std::string(64, 'w'));
    folder_.write("model/sub/weights.bin", std::string(64, 'w'));
  }

  // Windows lets only some users make symbolic links.
  static bool can_link(const fs::path& folder) {
    std::error_code error;
    fs::create_symlink("probe", folder / "probe-link", error);
    return !error;
  }

  TempFolder folder_;
};

TEST_F(ExternalData, AcceptsAFileInTheFolder) {
  for (const char* location :
       {"weights.bin", "./weights.bin", "sub/weights.bin", "sub//weights.bin", "sub/./weights.bin"}) {
    EXPECT_EQ(refusal_of(folder_, location), "") << location;
  }
}

TEST_F(ExternalData, RefusesALocationThatLeadsOutside) {
  const std::string absolute = (folder_ / "secret.bin").string();
  for (const std::string& location : {std::string("../secret.bin"),
                                      std::string("sub/../../secret.bin"),
                                      std::string("sub/../weights.bin"),
                                      std::string(".."),
                                      std::string("sub/.."),
                                      absolute,
                                      std::string("/etc/passwd"),
                                      std::string("//server/share/x"),
                                      std::string("..\\secret.bin"),
                                      std::string("sub\\weights.bin"),
                                      std::string("\\\\server\\share\\x"),
                                      std::string("C:\\secret.bin"),
                                      std::string("C:/secret.bin"),
                                      std::string("C:secret.bin"),
                                      std::string("weights.bin:stream"),
                                      std::string("weights.bin."),
                                      std::string("weights.bin "),
                                      std::string(".../weights.bin"),
                                      std::string("weights.bin\0", 12),
                                      std::string("weights\n.bin"),
                                      std::string("weights.bin\0/../x", 17)}) {
    EXPECT_EQ(refusal_of(folder_, location), "external-data-outside-folder") << location;
  }
}

TEST_F(ExternalData, RefusesEverySymbolicLinkInTheLocation) {
  if (!can_link(folder_.path())) GTEST_SKIP() << "no right to make symbolic links";
  fs::create_symlink(folder_ / "secret.bin", folder_ / "model/final.bin");
  fs::create_symlink("weights.bin", folder_ / "model/inside.bin");
  fs::create_symlink("nowhere", folder_ / "model/dangling.bin");
  fs::create_directory_symlink(folder_.path(), folder_ / "model/parent");
  fs::create_directory_symlink("sub", folder_ / "model/near");
  for (const char* location : {"final.bin", "inside.bin", "dangling.bin", "parent/secret.bin", "near/weights.bin",
                               "parent/model/weights.bin"}) {
    EXPECT_EQ(refusal_of(folder_, location), "external-data-outside-folder") << location;
  }
}

TEST_F(ExternalData, ReachesTheModelsOwnFolderThroughALink) {
  if (!can_link(folder_.path())) GTEST_SKIP() << "no right to make symbolic links";
  fs::create_directory_symlink(folder_ / "model", folder_ / "current");
  const OnnxScan scan = scan_of({external_tensor("w", "weights.bin")});
  EXPECT_NO_THROW(check_external_data(scan, folder_ / "current"));
}

TEST_F(ExternalData, RefusesWhatIsNoFile) {
  for (const char* location : {"sub", "sub/", ".", "./", "weights.bin/x"}) {
    EXPECT_EQ(refusal_of(folder_, location), "external-data-not-a-file") << location;
  }
#ifndef _WIN32
  ASSERT_EQ(::mkfifo((folder_ / "model/fifo").c_str(), 0600), 0);
  EXPECT_EQ(refusal_of(folder_, "fifo"), "external-data-not-a-file");
#endif
}

TEST_F(ExternalData, NamesTheTensorAndTheFileThatIsMissing) {
  const OnnxScan scan = scan_of({external_tensor("conv1.weight", "absent.bin")});
  const Error error = error_of([&] { check_external_data(scan, folder_ / "model"); });
  EXPECT_EQ(error.code(), Code::kModelInvalid);
  EXPECT_EQ(detail(error, "reason"), "external-data-missing");
  EXPECT_EQ(detail(error, "tensor"), "conv1.weight");
  EXPECT_EQ(detail(error, "location"), "absent.bin");
  EXPECT_EQ(refusal_of(folder_, "absent/weights.bin"), "external-data-missing");
  EXPECT_EQ(refusal_of(folder_, std::string(5000, 'a')), "external-data-missing");
}

TEST_F(ExternalData, ChecksThatTheTensorEndsInsideTheFile) {
  EXPECT_EQ(refusal_of(folder_, "weights.bin", "48", "16"), "");
  EXPECT_EQ(refusal_of(folder_, "weights.bin", "48"), "") << "the length follows from type and shape";
  for (const auto& [offset, length] : std::vector<std::pair<const char*, const char*>>{{"49", "16"},
                                                                                       {"48", "17"},
                                                                                       {"64", "16"},
                                                                                       {"65", "0"},
                                                                                       {"0", "65"},
                                                                                       {"9223372036854775000", "16"},
                                                                                       {"49", "0"},
                                                                                       {"52", "8"}}) {
    EXPECT_EQ(refusal_of(folder_, "weights.bin", offset, length), "external-data-out-of-range")
        << offset << " " << length;
  }
  EXPECT_EQ(refusal_of(folder_, "weights.bin", "49"), "external-data-out-of-range");
}

TEST_F(ExternalData, MeasuresEveryTensorOfASharedFile) {
  const OnnxScan good = scan_of({external_tensor("a", "weights.bin", "0"), external_tensor("b", "weights.bin", "16")});
  EXPECT_NO_THROW(check_external_data(good, folder_ / "model"));
  const OnnxScan bad = scan_of({external_tensor("a", "weights.bin", "0"), external_tensor("b", "weights.bin", "60")});
  EXPECT_EQ(reason_of([&] { check_external_data(bad, folder_ / "model"); }), "external-data-out-of-range");
}

TEST_F(ExternalData, RefusesHardLinksUnlessAllowed) {
  fs::create_hard_link(folder_ / "secret.bin", folder_ / "model/hard.bin");
  EXPECT_EQ(refusal_of(folder_, "hard.bin"), "external-data-hard-linked");
  const ExternalDataPolicy lenient{.allow_hard_links = true};
  EXPECT_EQ(refusal_of(folder_, "hard.bin", {}, {}, lenient), "");
}

TEST(ExternalNames, ListsWhatWasNotGiven) {
  const OnnxScan scan = scan_of({external_tensor("a", "a.bin"), external_tensor("b", "b.bin"),
                                 external_tensor("c", "c.bin"), external_tensor("d", "a.bin")});
  const std::vector<std::string> all = {"a.bin", "b.bin", "c.bin", "more.bin"};
  EXPECT_NO_THROW(check_external_names(scan, all));
  const std::vector<std::string> some = {"b.bin"};
  const Error error = error_of([&] { check_external_names(scan, some); });
  EXPECT_EQ(detail(error, "reason"), "external-data-missing");
  EXPECT_EQ(detail(error, "missing"), "a.bin, c.bin");
}

TEST(ExternalNames, RefusesWhatMemoryCannotReach) {
  const std::vector<std::string> names = {"w.bin"};
  const Proto tensor = external_tensor("w", "w.bin");
  const auto refused = [&](const Proto& one) {
    const OnnxScan scan = scan_onnx(as_bytes(one.data()));
    return reason_of([&] { check_external_names(scan, names); });
  };
  EXPECT_EQ(refused(model(nested_graphs(2, tensor))), "external-data-unsupported");
  EXPECT_EQ(refused(model(graph({node("Constant", "c", {attribute("value", 5, tensor)})}))),
            "external-data-unsupported");
  EXPECT_EQ(refused(model(graph({}, {tensor, tensor}))), "external-data-unsupported") << "two of one name";
  const std::vector<std::string> outside = {"../w.bin"};
  const OnnxScan scan = scan_of({external_tensor("w", "../w.bin")});
  EXPECT_EQ(reason_of([&] { check_external_names(scan, outside); }), "external-data-outside-folder");
}

TEST(ExternalFiles, ChecksTheirSize) {
  const OnnxScan scan = scan_of({external_tensor("w", "w.bin", "16", "16")});
  const std::vector<ProvidedFile> enough = {{"w.bin", 32}};
  EXPECT_NO_THROW(check_external_files(scan, enough));
  const std::vector<ProvidedFile> little = {{"w.bin", 31}};
  EXPECT_EQ(reason_of([&] { check_external_files(scan, little); }), "external-data-out-of-range");
  EXPECT_EQ(reason_of([&] { check_external_files(scan, {}); }), "external-data-missing");
}

}  // namespace
}  // namespace ntrt
