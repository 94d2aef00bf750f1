#include "model/file_map.h"

#include <gtest/gtest.h>

#include <utility>

#include "model/path_text.h"
#include "test/model/onnx_builder.h"
#include "test/model/temp_folder.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace ntrt {
namespace {

using namespace testing;

std::string text_of(const FileMap& map) {
  return {reinterpret_cast<const char*>(map.bytes().data()), map.bytes().size()};
}

TEST(FileMap, GivesTheBytesOfAFile) {
  const TempFolder folder;
  EXPECT_EQ(text_of(FileMap::open(folder.write("a.bin", "content"))), "content");
  EXPECT_TRUE(FileMap::open(folder.write("empty.bin", "")).bytes().empty());
}

TEST(FileMap, TakesNamesInUtf8) {
  const TempFolder folder;
  const std::string name = "mod\xc3\xa8le \xe6\xa8\xa1\xe5\x9e\x8b.onnx";
  const auto path = folder.path() / path_from_utf8(name);
  folder.write("plain", "content");
  std::filesystem::rename(folder / "plain", path);
  EXPECT_EQ(text_of(FileMap::open(path_from_utf8(path_to_utf8(path)))), "content");
}

TEST(FileMap, OutlivesTheFileAndMoves) {
  const TempFolder folder;
  const auto path = folder.write("a.bin", "content");
  FileMap map = FileMap::open(path);
#ifndef _WIN32  // where a mapped file cannot be removed
  std::filesystem::remove(path);
#endif
  FileMap moved = std::move(map);
  EXPECT_TRUE(map.bytes().empty());
  EXPECT_EQ(text_of(moved), "content");
  moved = FileMap::open(folder.write("b.bin", "other"));
  EXPECT_EQ(text_of(moved), "other");
  FileMap& self = moved;
  moved = std::move(self);
  EXPECT_EQ(text_of(moved), "other");
}

TEST(FileMap, RefusesWhatItCannotMap) {
  const TempFolder folder;
  folder.write("file", "x");
  const auto reason = [&](const std::filesystem::path& path) { return reason_of([&] { FileMap::open(path); }); };
  EXPECT_EQ(reason(folder / "absent"), "not-found");
  EXPECT_EQ(reason(folder / "file/below"), "not-found");
  EXPECT_EQ(reason(folder / std::string(5000, 'a')), "not-found");
  EXPECT_EQ(reason(folder / std::string_view("file\0x", 6)), "not-found");
  EXPECT_EQ(reason(folder.path()), "not-a-file");
  EXPECT_EQ(reason_of([] { path_from_utf8(""); }), "not-found");
  EXPECT_EQ(reason_of([] { path_from_utf8(std::string_view("a\0b", 3)); }), "not-found");
}

TEST(FileMap, NamesThePathAndTheSystemsReason) {
  const Error error = error_of([] { FileMap::open("no/such/model.onnx"); });
  EXPECT_EQ(detail(error, "path"), "no/such/model.onnx");
  EXPECT_FALSE(detail(error, "system").empty());
  EXPECT_NE(error.message().find("no/such/model.onnx"), std::string::npos);
}

#ifndef _WIN32
TEST(FileMap, NeverWaitsForAFifoOrADevice) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(reason_of([&] { FileMap::open(folder / "fifo"); }), "not-a-file");
  EXPECT_EQ(reason_of([] { FileMap::open("/dev/zero"); }), "not-a-file");
}

/// Root may read every file, so it becomes nobody for a while.
class AsOrdinaryUser {
 public:
  AsOrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~AsOrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }

 private:
  bool was_root_ = ::geteuid() == 0;
};

TEST(FileMap, SaysThatAFileMayNotBeRead) {
  const TempFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const auto path = folder.write("secret", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const AsOrdinaryUser user;
  EXPECT_EQ(reason_of([&] { FileMap::open(path); }), "unreadable");
}
#endif

TEST(Printable, ShowsUntrustedTextSafely) {
  EXPECT_EQ(printable("plain \xc3\xa8 \xf0\x9f\x98\x80"), "plain \xc3\xa8 \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82") << "cut short";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace ntrt
