#include "runtime/numa_binding.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "core/error.h"
#include "runtime/engine_handle.h"
#include "test/support/fake_engine.h"
#include "test/support/fake_nodes.h"

#ifdef __linux__

namespace ntrt {
namespace {

using testing::FakeNodes;
using testing::on_thread;
using Mode = NumaRequest::Mode;

/// Nodes whose CPUs this machine has, whatever it is.
class NumaBindingTest : public ::testing::Test {
 protected:
  NumaBindingTest() { nodes_.add(0, first_, 100).add(1, last_, 200); }

  NumaBinding bind(Mode mode, int node = kNoNode, bool may_fall_back = false, int threads = 1) {
    return bind(nodes_, mode, node, may_fall_back, threads);
  }
  static NumaBinding bind(const FakeNodes& nodes, Mode mode, int node = kNoNode, bool may_fall_back = false,
                          int threads = 1) {
    NumaBinding binding;
    std::optional<Error> error;
    on_thread([&] {
      const std::vector<int> before = allowed_cpus();
      try {
        binding = bind_to_node({mode, node, may_fall_back, nodes.sysfs()}, threads);
      } catch (const Error& caught) {
        error = caught;
      }
      EXPECT_EQ(format_cpu_list(allowed_cpus()), binding.node == kNoNode ? format_cpu_list(before) : binding.cpus);
    });
    if (error) throw Error(*error);
    return binding;
  }
  static Code code_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("options.numa"), std::string::npos);
      return error.code();
    }
    return Code::kInternal;
  }

  const std::vector<int> cpus_ = allowed_cpus();
  const std::string first_ = std::to_string(cpus_.front());
  const std::string last_ = std::to_string(cpus_.back());
  FakeNodes nodes_{"0-1"};
};

TEST_F(NumaBindingTest, OfAGivenNodeRunsOnItsCpus) {
  const NumaBinding binding = bind(Mode::kNode, 1);
  EXPECT_EQ(binding.node, 1);
  EXPECT_EQ(binding.cpus, last_);
  EXPECT_EQ(engines_on_node(1), 1);
  // The machine may not have this node: its threads are there all the same.
  EXPECT_EQ(binding.memory_bound, binding.reason == "asked for") << binding.reason;
}

TEST_F(NumaBindingTest, EndsWithItsEngine) {
  {
    const NumaBinding one = bind(Mode::kNode, 0);
    const NumaBinding other = one;
    EXPECT_EQ(engines_on_node(0), 1);
  }
  EXPECT_EQ(engines_on_node(0), 0);
}

TEST_F(NumaBindingTest, ThatIsSwitchedOffChangesNothing) {
  const NumaBinding binding = bind(Mode::kOff);
  EXPECT_EQ(binding.node, kNoNode);
  EXPECT_FALSE(binding.memory_bound);
  EXPECT_EQ(binding.reason, "switched off");
}

TEST_F(NumaBindingTest, AutoTakesTheNodeWithTheFewestEnginesThenTheMostFreeMemory) {
  const NumaBinding first = bind(Mode::kAuto);
  EXPECT_EQ(first.node, 1);  // 200 kB free
  std::optional<NumaBinding> second = bind(Mode::kAuto);
  EXPECT_EQ(second->node, 0);
  EXPECT_EQ(bind(Mode::kAuto).node, 1);
  second.reset();
  EXPECT_EQ(bind(Mode::kAuto).node, 0);
}

TEST_F(NumaBindingTest, AutoPrefersNodesWithACpuForEachThread) {
  ASSERT_GE(cpus_.size(), 2) << "this test needs two CPUs";
  FakeNodes uneven("0-1");
  uneven.add(0, first_, 900).add(1, format_cpu_list(cpus_), 100);
  EXPECT_EQ(bind(uneven, Mode::kAuto, kNoNode, false, 1).node, 0);
  EXPECT_EQ(bind(uneven, Mode::kAuto, kNoNode, false, 2).node, 1);
  EXPECT_EQ(bind(uneven, Mode::kAuto, kNoNode, false, 64).node, 1);
}

TEST_F(NumaBindingTest, AutoDoesNothingWhereThereIsNoChoice) {
  FakeNodes one("0");
  one.add(0, first_);
  EXPECT_EQ(bind(one, Mode::kAuto).reason, "this machine has one NUMA node");
  EXPECT_EQ(bind(FakeNodes(""), Mode::kAuto).reason, "the system names no NUMA nodes");
  FakeNodes usable("0-1");
  usable.add(0, "60000").add(1, last_);
  EXPECT_EQ(bind(usable, Mode::kAuto).reason, "this process may use the CPUs of one NUMA node only: 1");
  FakeNodes elsewhere("0-1");
  elsewhere.add(0, "60000").add(1, "60001");
  const NumaBinding none = bind(elsewhere, Mode::kAuto);
  EXPECT_EQ(none.reason, "no NUMA node has a CPU that this process may use");
  EXPECT_EQ(none.node, kNoNode);
}

TEST_F(NumaBindingTest, OfANodeThatThereIsNotIsInvalid) {
  EXPECT_EQ(code_of([&] { bind(Mode::kNode, 2); }), Code::kInvalidArgument);
  EXPECT_EQ(code_of([&] { bind(FakeNodes(""), Mode::kNode, 0); }), Code::kInvalidArgument);
  const NumaBinding binding = bind(Mode::kNode, 2, true);
  EXPECT_EQ(binding.node, kNoNode);
  EXPECT_EQ(binding.reason, "the nodes of this machine are: 0-1");
  EXPECT_EQ(engines_on_node(2), 0);
}

TEST_F(NumaBindingTest, OfANodeWithoutAUsableCpuIsUnsupported) {
  FakeNodes nodes("0-1");
  nodes.add(0, first_).add(1, "60000");
  EXPECT_EQ(code_of([&] { bind(nodes, Mode::kNode, 1); }), Code::kUnsupported);
  EXPECT_EQ(bind(nodes, Mode::kNode, 1, true).reason, "this process may use none of its CPUs");
  EXPECT_EQ(engines_on_node(1), 0);
}

TEST_F(NumaBindingTest, CountsUntilTheLastLaneOfItsEngineIsOut) {
  const auto script = std::make_shared<testing::FakeScript>();
  EngineOptions options = testing::fake_options(2);
  options.numa = bind(Mode::kNode, 0);
  EngineHandle handle(Engine::start(std::make_unique<testing::FakeModel>(script), std::move(options)));
  EXPECT_EQ(engines_on_node(0), 1);
  testing::Event closed;
  int left = -1;
  handle.close([&] {
    left = engines_on_node(0);
    closed.set();
  });
  closed.wait("the engine to close");
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace ntrt

#endif
