#pragma once
// Faults on demand: STANDIN_FAULTS, or standin_set("STANDIN_FAULTS", …).
//
//   rule;rule…   with   rule = function:key=value,key,…
//   nth=N        from the N-th call on, counted from the setting of the rules; 1 if there is nothing else
//   times=N      so often; 1, or without end with p= or from
//   from         every call from the N-th on
//   p=0.1        each call with this probability, by STANDIN_SEED
//   code=N       the CUresult; 2, out of memory, if not given
//   sticky       the context is lost with this code; always so for codes of which the driver says that
//   run          not the call fails but the operation that it enqueues, when its turn comes: the context is lost
//   hang         the call does not return (with run: the operation does not end) until standin_release_hangs()

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace standin {

struct Fault {
  int code = 2;
  bool is_sticky = false;
  bool at_run = false;
  bool hangs = false;
};

/// Under the state's lock.
class Faults {
 public:
  /// Ends the process with a message if the rules make no sense.
  void set(const std::string& rules, uint64_t seed);
  /// Counts a call, and says what is to happen with it.
  std::optional<Fault> next(const std::string& function);
  uint64_t num_calls(const std::string& function) const;

 private:
  struct Rule {
    std::string function;
    Fault fault;
    uint64_t nth = 1;
    uint64_t times = 1;
    double probability = -1;
    uint64_t seen = 0;
  };
  static Rule parse(const std::string& text);

  std::vector<Rule> rules_;
  std::map<std::string, uint64_t> calls_;
  std::mt19937_64 random_;
};

}  // namespace standin
