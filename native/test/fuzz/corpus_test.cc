// Replays the inputs that fuzzing has kept. Says most when built with the sanitizers; `npm run fuzz` makes new ones.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "test/fuzz/targets.h"
#include "test/model/onnx_builder.h"
#include "test/support/built.h"

namespace ntrt {
namespace {

size_t replay(const char* target, void (*run)(std::span<const std::byte>)) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(built::kCorpusFolder) + "/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    run(testing::as_bytes(text));
    ++count;
  }
  return count;
}

// A broken promise aborts the process, so reaching the end is what is tested.
TEST(FuzzCorpus, ScanKeepsItsPromises) { EXPECT_GT(replay("scan", fuzz::scan), 100u); }
TEST(FuzzCorpus, LocationsKeepTheirPromises) { EXPECT_GT(replay("location", fuzz::location), 20u); }
TEST(FuzzCorpus, ThePoolKeepsItsPromises) { EXPECT_GT(replay("pool", fuzz::pool), 20u); }

}  // namespace
}  // namespace ntrt
