// What happens when an allocation fails in ONNX Runtime itself, or anywhere else: not a test, since it is not in our
// hands, but a table for docs/checkers.md. One process for each n, which opens the library, loads, runs and closes.
//
//   allocation_failure_survey first STEP      every STEP-th allocation of the first load of a process, its run and
//   close allocation_failure_survey later STEP      likewise of the second

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "runtime/process_exit.h"
#include "test/allocation_failure/hook.h"
#include "test/allocation_failure/operations.h"

namespace ntrt::testing {
namespace {

enum Ending : int { kNothingFailed = 0, kSurvived, kOutOfMemory, kOtherError, kWrongAnswer, kNextWrong, kNumEndings };
constexpr const char* kEndings[] = {
    "beyond the last allocation", "succeeded all the same",          "OUT_OF_MEMORY",
    "another error of ours",      "a wrong answer without an error", "next request wrong"};

/// Loads, runs, closes. Returns whether the answer was right; throws what goes wrong.
bool one_life() {
  Load load(load_request(arithmetic_model()));
  if (const auto error = load.act()) throw Error(*error);
  std::vector<float> a = {1, 2};
  const auto request = request_for(load.engine(), {view_of(a), view_of(a)});
  load.engine()->run_blocking(*request);
  const bool right = values_of(request->outputs[0].view) == std::vector<float>{2, 4};
  close(load.engine());
  return right;
}

Ending live_with_failure(size_t n, bool later) {
  watch_main_thread();
  if (later && !one_life()) return kNextWrong;
  Ending ending = kSurvived;
  arm(n, Failures::kOne, Callers::kAll);
  try {
    if (!one_life()) ending = kWrongAnswer;
  } catch (...) {
    ending = Error::current().code() == Code::kOutOfMemory ? kOutOfMemory : kOtherError;
  }
  if (disarm() < n) return kNothingFailed;
  try {
    return one_life() ? ending : kNextWrong;
  } catch (...) {
    return kNextWrong;
  }
}

/// The ending's name, or the signal.
std::string in_a_child(size_t n, bool later) {
  const pid_t child = fork();
  if (child == 0) {
    std::fclose(stderr);
    alarm(20);
    std::_Exit(live_with_failure(n, later));
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  const int code = WEXITSTATUS(status);
  return code < kNumEndings ? kEndings[code] : "exit code " + std::to_string(code);
}

}  // namespace
}  // namespace ntrt::testing

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool later = std::string(argv[1]) == "later";
  const size_t step = std::strtoull(argv[2], nullptr, 10);
  std::map<std::string, std::pair<size_t, size_t>> endings;  // how often, and the first n
  for (size_t n = 1;; n += step) {
    const std::string ending = ntrt::testing::in_a_child(n, later);
    if (ending == ntrt::testing::kEndings[0]) break;
    auto& [count, first] = endings.try_emplace(ending, 0, n).first->second;
    ++count;
  }
  for (const auto& [ending, numbers] : endings) {
    std::printf("%6zu  %s (first: allocation %zu)\n", numbers.first, ending.c_str(), numbers.second);
  }
  return 0;
}
