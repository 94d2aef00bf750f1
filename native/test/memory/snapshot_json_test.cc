#include "memory/snapshot_json.h"

#include <gtest/gtest.h>

#include "core/numa.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(SnapshotJson, TellsSegmentsBlocksAndOwners) {
  Pool pool("mock", std::make_unique<testing::MockSource>());
  const auto owner = std::make_shared<MemoryOwner>("a \"b\"\n\\");
  void* block = nullptr;
  {
    const MemoryScope scope(owner, MemoryUse::kWeights);
    block = pool.allocate(100);
  }
  pool.set_limit(size_t{1} << 30);
  const std::string json = snapshot_json(pool);
  EXPECT_TRUE(contains(
      json, R"({"name":"mock","limitBytes":1073741824,"policy":{"trimIdleMs":0,"gcThreshold":0,"hugePages":false},)"));
  EXPECT_TRUE(contains(
      json, R"("bytes":1048576,"purgedBytes":0,"kind":"small weights","hugePages":false,"node":null,"blocks":[)"));
  EXPECT_TRUE(contains(json, R"([{"offset":0,"bytes":128,"state":"active","requestedBytes":100,"owner":0},)"));
  EXPECT_TRUE(contains(json, R"({"offset":128,"bytes":1048448,"state":"free","requestedBytes":0,"owner":null}])"));
  EXPECT_TRUE(
      contains(json, R"("owners":[{"engine":"a \"b\"\u000a\\","use":"weights","allocatedBytes":{"current":100,)"));
  pool.deallocate(block, 100);
}

TEST(SnapshotJson, TellsWhatWasRecorded) {
  Pool pool("mock", std::make_unique<testing::MockSource>());
  pool.record_history(10);
  pool.deallocate(pool.allocate(100), 100);
  const std::string json = snapshot_json(pool);
  EXPECT_TRUE(contains(json, R"("limitBytes":null)"));
  EXPECT_TRUE(contains(json, R"("action":"map","segment":1,"offset":0,"bytes":1048576,"owner":null})"));
  EXPECT_TRUE(contains(
      json,
      R"("action":"free","segment":1,"offset":0,"bytes":128,"owner":0}],"owners":[{"engine":null,"use":"other",)"));
}

TEST(SnapshotJson, TellsTheNode) {
  Pool pool("mock", std::make_unique<testing::MockSource>());
  const NumaScope scope(3);
  pool.deallocate(pool.allocate(100), 100);
  EXPECT_TRUE(contains(snapshot_json(pool), R"("hugePages":false,"node":3,"blocks":[)"));
}

TEST(SnapshotJson, OfAnEmptyPoolHasNothingInIt) {
  const Pool pool("mock", std::make_unique<testing::MockSource>());
  EXPECT_TRUE(contains(snapshot_json(pool), R"("segments":[],"history":[],"owners":[]})"));
}

}  // namespace
}  // namespace ntrt
