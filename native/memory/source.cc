#include "memory/source.h"

#include <string>

#include "core/error.h"

namespace ntrt {

void check_block_size(size_t bytes) {
  if (bytes > kMaxBlockBytes) throw_out_of_memory("any", bytes);
}

void throw_out_of_memory(std::string_view kind, size_t requested_bytes) {
  throw Error(Code::kOutOfMemory,
              "cannot allocate " + std::to_string(requested_bytes) + " bytes of " + std::string(kind) + " memory",
              {{"kind", std::string(kind)}, {"requestedBytes", static_cast<double>(requested_bytes)}});
}

}  // namespace ntrt
