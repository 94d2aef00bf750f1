// The pool beside general allocators: glibc's malloc, and mimalloc where its library is there. Prints one line of JSON.
//
// allocators hot ALLOCATOR BYTES MEASURE_MS         nanoseconds for a pair of allocate and free of one size, warm
// allocators threads ALLOCATOR BYTES MEASURE_MS     the same by two threads at once, per pair and thread
// allocators replay ALLOCATOR TRACE                 a recorded trace (lines "a ID BYTES USE" and "f ID"), touched as it
// goes:
//                                                   nanoseconds per operation, peaks of bytes in use, taken and
//                                                   resident
//   ALLOCATOR  pool, malloc or a path of libmimalloc

#include <dlfcn.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "memory/pools.h"

namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration duration) { return std::chrono::duration<double, std::nano>(duration).count(); }

/// All give blocks aligned to 64.
struct Allocator {
  virtual ~Allocator() = default;
  virtual void* allocate(size_t bytes, ntrt::MemoryUse use) = 0;
  virtual void release(void* data) = 0;
};

struct PoolAllocator final : Allocator {
  void* allocate(size_t bytes, ntrt::MemoryUse use) override {
    const ntrt::MemoryScope scope(owner, use);
    return pool.allocate(bytes);
  }
  void release(void* data) override { pool.deallocate_unsized(data); }

  ntrt::Pool& pool = ntrt::host_pool();
  std::shared_ptr<ntrt::MemoryOwner> owner = std::make_shared<ntrt::MemoryOwner>("benchmark");
};

struct Malloc final : Allocator {
  void* allocate(size_t bytes, ntrt::MemoryUse) override { return std::aligned_alloc(64, (bytes + 63) / 64 * 64); }
  void release(void* data) override { std::free(data); }
};

struct Mimalloc final : Allocator {
  explicit Mimalloc(const char* path) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      std::fprintf(stderr, "allocators: %s\n", dlerror());
      std::exit(1);
    }
    take = reinterpret_cast<void* (*)(size_t, size_t)>(dlsym(library, "mi_malloc_aligned"));
    give = reinterpret_cast<void (*)(void*)>(dlsym(library, "mi_free"));
  }
  void* allocate(size_t bytes, ntrt::MemoryUse) override { return take(bytes, 64); }
  void release(void* data) override { give(data); }

  void* (*take)(size_t, size_t);
  void (*give)(void*);
};

std::unique_ptr<Allocator> make(const std::string& name) {
  if (name == "pool") return std::make_unique<PoolAllocator>();
  if (name == "malloc") return std::make_unique<Malloc>();
  return std::make_unique<Mimalloc>(name.c_str());
}

/// A pair of calls, with a few blocks held beside as a model holds them.
double hot(Allocator& allocator, size_t bytes, double measure_ms) {
  std::vector<void*> held;
  for (int i = 0; i < 100; ++i) held.push_back(allocator.allocate(bytes / 2 + 64, ntrt::MemoryUse::kActivations));
  for (size_t i = 0; i < held.size(); i += 2) allocator.release(std::exchange(held[i], nullptr));
  constexpr int kBlock = 100;
  uint64_t pairs = 0;
  const auto start = Clock::now();
  auto now = start;
  while (nanoseconds(now - start) < measure_ms * 1e6) {
    for (int i = 0; i < kBlock; ++i) {
      void* data = allocator.allocate(bytes, ntrt::MemoryUse::kActivations);
      *static_cast<volatile char*>(data) = 1;
      allocator.release(data);
    }
    pairs += kBlock;
    now = Clock::now();
  }
  const double result = nanoseconds(now - start) / static_cast<double>(pairs);
  for (void* data : held) {
    if (data != nullptr) allocator.release(data);
  }
  return result;
}

double in_threads(Allocator& allocator, size_t bytes, double measure_ms) {
  std::vector<double> results(2);
  std::vector<std::thread> threads;
  for (double& result : results) threads.emplace_back([&] { result = hot(allocator, bytes, measure_ms); });
  for (std::thread& thread : threads) thread.join();
  return std::max(results[0], results[1]);
}

size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  size_t size = 0;
  size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

struct Operation {
  size_t id;
  size_t bytes;  // 0: free
  ntrt::MemoryUse use;
};

std::vector<Operation> read_trace(const char* path) {
  std::vector<Operation> operations;
  std::ifstream file(path);
  std::string action;
  while (file >> action) {
    Operation operation{0, 0, ntrt::MemoryUse::kOther};
    file >> operation.id;
    if (action == "a") {
      int use = 0;
      file >> operation.bytes >> use;
      operation.use = static_cast<ntrt::MemoryUse>(use);
    }
    operations.push_back(operation);
  }
  return operations;
}

void replay(Allocator& allocator, const char* path) {
  const std::vector<Operation> operations = read_trace(path);
  std::unordered_map<size_t, std::pair<void*, size_t>> held;
  held.reserve(operations.size());
  const size_t base = resident_bytes();
  size_t in_use = 0;
  size_t peak_use = 0;
  size_t peak_resident = 0;
  double waste_at_peak = 0;
  Clock::duration spent{};
  size_t count = 0;
  for (const Operation& operation : operations) {
    const auto start = Clock::now();
    if (operation.bytes > 0) {
      void* data = allocator.allocate(operation.bytes, operation.use);
      spent += Clock::now() - start;
      std::memset(data, 1, operation.bytes);
      held[operation.id] = {data, operation.bytes};
      in_use += operation.bytes;
    } else {
      const auto found = held.find(operation.id);
      if (found == held.end()) continue;
      allocator.release(found->second.first);
      spent += Clock::now() - start;
      in_use -= found->second.second;
      held.erase(found);
    }
    peak_use = std::max(peak_use, in_use);
    if (++count % 64 == 0 || in_use == peak_use) {
      const size_t resident = resident_bytes() - base;
      if (resident > peak_resident) peak_resident = resident;
    }
  }
  waste_at_peak = 1 - static_cast<double>(peak_use) / static_cast<double>(std::max(peak_use, peak_resident));
  for (const auto& [id, block] : held) allocator.release(block.first);
  const uint64_t reserved = ntrt::host_pool().stats().reserved.peak;
  std::printf("{\"nsPerOperation\":%.1f,\"operations\":%zu,\"peakUseBytes\":%zu,\"peakResidentBytes\":%zu,",
              nanoseconds(spent) / static_cast<double>(count), count, peak_use, peak_resident);
  std::printf("\"peakReservedBytes\":%zu,\"fragmentation\":%.4f}\n", static_cast<size_t>(reserved), waste_at_peak);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "allocators hot|threads|replay ALLOCATOR …\n");
    return 2;
  }
  const std::string mode = argv[1];
  const auto allocator = make(argv[2]);
  if (mode == "replay") {
    replay(*allocator, argv[3]);
    return 0;
  }
  const size_t bytes = std::strtoull(argv[3], nullptr, 10);
  const double measure_ms = argc > 4 ? std::atof(argv[4]) : 200;
  const auto measure = mode == "threads" ? in_threads : hot;
  measure(*allocator, bytes, measure_ms / 4);
  std::printf("{\"nsPerPair\":%.2f}\n", measure(*allocator, bytes, measure_ms));
  return 0;
}
