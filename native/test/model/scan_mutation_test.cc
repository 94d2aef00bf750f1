// Changes a model at random, always in the same way, and expects a result or a refusal, never a crash. Says most when
// built with the sanitizers.

#include <gtest/gtest.h>

#include <random>

#include "model/onnx_scan.h"
#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace testing;

std::string seed_model() {
  const Proto sparse = Proto().bytes(1, external_tensor("sv", "s.bin", "8")).bytes(2, raw_tensor("si"));
  const Proto branch = attribute("then_branch", 6, nested_graphs(4, external_tensor("deep", "d.bin", "0", "16")));
  const Proto constant = node("Constant", "c", {attribute("value", 5, external_tensor("v", "v.bin"))});
  Proto main_graph =
      graph({node("If", "i", {branch}), constant}, {raw_tensor("w"), external_tensor("e", "e.bin", "4")});
  main_graph.bytes(15, sparse);
  return model(main_graph).bytes(25, Proto().bytes(1, "f").bytes(7, constant)).data();
}

class Mutator {
 public:
  std::string operator()(std::string data) {
    const size_t changes = 1 + pick(4);
    for (size_t i = 0; i < changes && !data.empty(); ++i) change(data);
    return data;
  }

 private:
  size_t pick(size_t below) { return random_() % below; }

  void change(std::string& data) {
    static constexpr unsigned char kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x2a, 0x3a};
    const size_t at = pick(data.size());
    switch (pick(6)) {
      case 0:
        data[at] = static_cast<char>(pick(256));
        break;
      case 1:
        data[at] = static_cast<char>(data[at] ^ (1 << pick(8)));
        break;
      case 2:
        data[at] = static_cast<char>(kEdges[pick(std::size(kEdges))]);
        break;
      case 3:
        data.erase(at, 1 + pick(8));
        break;
      case 4:
        data.insert(at, data.substr(pick(data.size()), 1 + pick(32)));
        break;
      default:
        data.resize(at);
    }
  }

  std::mt19937 random_{20261121};  // NOLINT: the same run every time
};

TEST(ScanMutation, NeverCrashes) {
  const std::string seed = seed_model();
  ASSERT_EQ(scan_onnx(as_bytes(seed)).external_refs.size(), 5u);
  Mutator mutate;
  size_t accepted = 0;
  size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::vector<std::byte> data = to_bytes(mutate(seed));
    try {
      scan_onnx(data);
      ++accepted;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::kModelInvalid) << i;
      ASSERT_FALSE(detail(error, "reason").empty()) << i;
      ++refused;
    }
  }
  // Both ways were taken often, or the mutations say nothing.
  EXPECT_GT(accepted, 500u);
  EXPECT_GT(refused, 5000u);
}

}  // namespace
}  // namespace ntrt
