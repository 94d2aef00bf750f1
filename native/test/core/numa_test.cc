#include "core/numa.h"

#include <gtest/gtest.h>

#include "test/support/fake_nodes.h"

#ifdef __linux__
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ntrt {
namespace {

using testing::FakeNodes;
using testing::on_thread;
using Cpus = std::vector<int>;

TEST(CpuList, IsReadAsNumbers) {
  EXPECT_EQ(parse_cpu_list("0"), Cpus{0});
  EXPECT_EQ(parse_cpu_list("0-3,8,10-11\n"), (Cpus{0, 1, 2, 3, 8, 10, 11}));
  EXPECT_EQ(parse_cpu_list("5,1,1-2"), (Cpus{1, 2, 5}));
  EXPECT_EQ(parse_cpu_list("1-2 \n"), (Cpus{1, 2}));
  EXPECT_EQ(parse_cpu_list("\n"), Cpus{});
}

TEST(CpuList, ThatIsNoneIsEmpty) {
  for (const char* text : {"", "a", "1-", "-1", "3-1", "1,,2", "1;2", "1-99999999999", "0x1", " 1", "1 2"}) {
    EXPECT_EQ(parse_cpu_list(text), Cpus{}) << text;
  }
}

TEST(CpuList, IsWrittenAsItIsRead) {
  EXPECT_EQ(format_cpu_list({}), "");
  EXPECT_EQ(format_cpu_list({7}), "7");
  EXPECT_EQ(format_cpu_list({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10-11");
  for (unsigned bits = 0; bits < 512; ++bits) {
    Cpus cpus;
    for (int cpu = 0; cpu < 9; ++cpu) {
      if ((bits >> cpu & 1U) != 0) cpus.push_back(cpu);
    }
    EXPECT_EQ(parse_cpu_list(format_cpu_list(cpus)), cpus);
  }
}

TEST(NumaScope, IsOfItsThreadAndEndsWithItsBlock) {
  EXPECT_EQ(numa_scope_node(), kNoNode);
  {
    const NumaScope outer(3);
    EXPECT_EQ(numa_scope_node(), 3);
    on_thread([] { EXPECT_EQ(numa_scope_node(), kNoNode); });
    {
      const NumaScope inner(1);
      EXPECT_EQ(numa_scope_node(), 1);
      const NumaScope none(kNoNode);
      EXPECT_EQ(numa_scope_node(), 1);
    }
    EXPECT_EQ(numa_scope_node(), 3);
  }
  EXPECT_EQ(numa_scope_node(), kNoNode);
}

#ifdef __linux__

TEST(NumaNodes, AreReadWithTheCpusThatMayBeUsed) {
  FakeNodes fake("0-1,3");
  fake.add(0, "0-3", 10).add(1, "4-7", 20).add(3, "8");
  const std::vector<NumaNode> nodes = read_numa_nodes(fake.sysfs(), {1, 3, 4});
  ASSERT_EQ(nodes.size(), 3);
  EXPECT_EQ(nodes[0].id, 0);
  EXPECT_EQ(nodes[0].cpus, (Cpus{1, 3}));
  EXPECT_EQ(nodes[0].free_bytes, 10 << 10);
  EXPECT_EQ(nodes[1].cpus, Cpus{4});
  EXPECT_EQ(nodes[1].free_bytes, 20 << 10);
  EXPECT_EQ(nodes[2].id, 3);
  EXPECT_EQ(nodes[2].cpus, Cpus{});
}

TEST(NumaNodes, WhoseFilesAreMissingOrBrokenHaveNothing) {
  EXPECT_TRUE(read_numa_nodes("/does/not/exist", {0}).empty());
  EXPECT_TRUE(read_numa_nodes(FakeNodes("nonsense").sysfs(), {0}).empty());
  FakeNodes fake("0-2");
  fake.write("node1/cpulist", "zero");
  fake.write("node1/meminfo", "Node 1 MemFree: many kB");
  fake.write("node2/cpulist", "0");
  fake.write("node2/meminfo", "Node 2 MemFree:");
  const std::vector<NumaNode> nodes = read_numa_nodes(fake.sysfs(), {0});
  ASSERT_EQ(nodes.size(), 3);
  EXPECT_TRUE(nodes[0].cpus.empty());
  EXPECT_TRUE(nodes[1].cpus.empty());
  EXPECT_EQ(nodes[2].cpus, Cpus{0});
  for (const NumaNode& node : nodes) EXPECT_EQ(node.free_bytes, 0);
}

TEST(BindThread, HoldsForTheThreadAndForThoseThatItStarts) {
  const Cpus before = allowed_cpus();
  ASSERT_FALSE(before.empty());
  on_thread([&] {
    const Cpus last{before.back()};
    EXPECT_EQ(bind_thread(last), "");
    EXPECT_EQ(allowed_cpus(), last);
    on_thread([&] { EXPECT_EQ(allowed_cpus(), last); });
  });
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(BindThread, SaysWhatIsWrong) {
  on_thread([] {
    const Cpus before = allowed_cpus();
    EXPECT_NE(bind_thread({}), "");
    EXPECT_NE(bind_thread({60000}).find("sched_setaffinity"), std::string::npos);
    EXPECT_EQ(allowed_cpus(), before);
  });
}

/// Policy of the calling thread, or -1 where the system does not say.
int memory_policy() {
  int mode = -1;
  return syscall(SYS_get_mempolicy, &mode, nullptr, 0, nullptr, 0) == 0 ? mode : -1;
}

TEST(PreferNodeMemory, IsAPolicyOfTheThreadOrSaysWhyNot) {
  on_thread([] {
    const int before = memory_policy();
    const std::string wrong = prefer_node_memory(0);
    if (wrong.empty()) {
      EXPECT_EQ(memory_policy(), 1);  // MPOL_PREFERRED
      EXPECT_NE(prefer_node_memory(0).find("already"), std::string::npos);
    } else {
      EXPECT_NE(wrong.find("mempolicy"), std::string::npos) << wrong;
      EXPECT_EQ(memory_policy(), before);
    }
  });
}

TEST(PreferNodeMemory, OfANodeThatThereIsNotLeavesThePolicy) {
  on_thread([] {
    const int before = memory_policy();
    for (const int node : {-1, 1000, 1024, 5000}) {
      EXPECT_NE(prefer_node_memory(node), "") << node;
      EXPECT_EQ(memory_policy(), before);
    }
  });
}

TEST(BindNewPages, LeavesThemUsableWhetherOrNotTheSystemAgrees) {
  constexpr size_t kBytes = 1 << 20;
  for (const int node : {kNoNode, 0, 1000, 5000}) {
    void* const pages = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(pages, MAP_FAILED);
    const NumaScope scope(node);
    const bool bound = bind_new_pages(pages, kBytes);
    if (node == kNoNode) {
      EXPECT_TRUE(bound);
    } else if (node >= 1000) {
      EXPECT_FALSE(bound);
    }
    static_cast<char*>(pages)[kBytes - 1] = 1;
    munmap(pages, kBytes);
  }
  const NumaScope scope(0);
  EXPECT_TRUE(bind_new_pages(nullptr, 0));
}

#else

TEST(Numa, IsReportedAsUnsupported) {
  EXPECT_FALSE(numa_support().empty());
  EXPECT_TRUE(read_numa_nodes("/sys", {0}).empty());
  EXPECT_NE(bind_thread({0}), "");
}

#endif

}  // namespace
}  // namespace ntrt
