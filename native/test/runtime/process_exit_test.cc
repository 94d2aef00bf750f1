// Note "process exit", in processes of their own. That they end at all shows that no wait is unbounded.

#include "runtime/process_exit.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "test/support/fake_engine.h"

#ifdef GTEST_HAS_DEATH_TEST

namespace ntrt {
namespace {

using testing::Event;
using testing::FakeEngine;

constexpr int kAsked = 7;
constexpr int kEscaped = 9;  // a thread did what it must not

// Objects of the child processes are never destroyed: their threads may still run when the process ends.
template <typename T, typename... Args>
T& immortal(Args&&... args) {
  static auto& all = *new std::vector<std::shared_ptr<void>>();  // where LeakSanitizer finds them
  auto one = std::make_shared<T>(std::forward<Args>(args)...);
  all.push_back(one);
  return *one;
}

/// The event gets this long to happen wrongly; a right run never waits for it to.
bool happens(Event& event) {
  constexpr std::chrono::milliseconds kChance{200};
  const auto end = std::chrono::steady_clock::now() + kChance;
  while (!event.is_set() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return event.is_set();
}

struct Work final : Interruptible {
  Event interrupted;
  void interrupt() noexcept override { interrupted.set(); }
};

class ProcessExitDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

void exit_with_a_blocked_run(bool deaf, int handlers) {
  for (int i = 0; i < handlers; ++i) install_exit_handler();
  auto& engine = immortal<FakeEngine>();
  engine.script().set_deaf(deaf);
  engine.submit_blocked(1);
  engine.submit(2);
  std::exit(kAsked);
}

TEST_F(ProcessExitDeathTest, ARunThatListensIsStopped) {
  EXPECT_EXIT(exit_with_a_blocked_run(false, 1), ::testing::ExitedWithCode(kAsked), "");
}

TEST_F(ProcessExitDeathTest, ARunThatDoesNotListenIsLeftAlone) {
  EXPECT_EXIT(exit_with_a_blocked_run(true, 1), ::testing::ExitedWithCode(kAsked), "");
}

TEST_F(ProcessExitDeathTest, TheHandlerMayBeInstalledAgain) {
  EXPECT_EXIT(exit_with_a_blocked_run(false, 2), ::testing::ExitedWithCode(kAsked), "");
  EXPECT_EXIT(exit_with_a_blocked_run(true, 2), ::testing::ExitedWithCode(kAsked), "");
}

void exit_while_idle() {
  install_exit_handler();
  const auto& work = immortal<std::shared_ptr<Work>>(std::make_shared<Work>());
  {
    const BusyScope busy(work);
  }
  static Work* const kWork = work.get();
  auto& engine = immortal<FakeEngine>();
  engine.submit(1);
  engine.sink().wait(1);
  if (kWork->interrupted.is_set()) std::_Exit(kEscaped);
  std::exit(kAsked);
}

TEST_F(ProcessExitDeathTest, AnIdleProcessJustEnds) {
  EXPECT_EXIT(exit_while_idle(), ::testing::ExitedWithCode(kAsked), "");
}

/// What the handlers of one child share with its threads.
struct Child {
  std::shared_ptr<Work> work = std::make_shared<Work>();
  Event inside;
  Event escaped;
};
Child& child() {
  static Child& instance = *new Child();
  return instance;
}

void escape_check() {
  if (happens(child().escaped)) std::_Exit(kEscaped);
}

void exit_while_a_thread_leaves() {
  std::atexit(escape_check);  // registered first, so it runs after ours
  install_exit_handler();
  std::thread([] {
    {
      const BusyScope busy(child().work);
      child().inside.set();
      child().work->interrupted.wait("interrupt()");
    }
    child().escaped.set();
  }).detach();
  child().inside.wait("the thread");
  std::exit(kAsked);
}

TEST_F(ProcessExitDeathTest, AThreadThatLeavesForeignCodeParks) {
  EXPECT_EXIT(exit_while_a_thread_leaves(), ::testing::ExitedWithCode(kAsked), "");
}

void exit_and_enter_late() {
  std::atexit([] {
    std::thread([] {
      const BusyScope busy(child().work);
      child().escaped.set();
    }).detach();
    escape_check();
  });
  install_exit_handler();
  std::exit(kAsked);
}

TEST_F(ProcessExitDeathTest, AThreadThatWouldEnterParks) {
  EXPECT_EXIT(exit_and_enter_late(), ::testing::ExitedWithCode(kAsked), "");
}

void exit_after_work_ended() {
  std::atexit([] {
    if (child().work->interrupted.is_set()) std::_Exit(kEscaped);
  });
  install_exit_handler();
  for (int i = 0; i < 3; ++i) const BusyScope busy(child().work);
  std::exit(kAsked);
}

TEST_F(ProcessExitDeathTest, WorkThatEndedIsNotInterrupted) {
  EXPECT_EXIT(exit_after_work_ended(), ::testing::ExitedWithCode(kAsked), "");
}

void exit_from_a_completion() {
  struct Exiter final : CompletionSink {
    void completed(std::shared_ptr<Request>) noexcept override { std::exit(kAsked); }
  };
  install_exit_handler();
  auto& engine = immortal<FakeEngine>();
  engine->submit(testing::make_request(std::make_shared<Exiter>(), 1));
  immortal<Event>().wait("the process to end");
}

TEST_F(ProcessExitDeathTest, ALaneMayEndTheProcess) {
  EXPECT_EXIT(exit_from_a_completion(), ::testing::ExitedWithCode(kAsked), "");
}

}  // namespace
}  // namespace ntrt

#endif
