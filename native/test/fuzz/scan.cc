#include <cstdlib>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "model/activation_walk.h"
#include "model/external_data.h"
#include "model/onnx_scan.h"
#include "test/fuzz/targets.h"

namespace ntrt::fuzz {
namespace {

void expect(bool good, const char* promise) {
  if (good) return;
  std::cerr << "broken: " << promise << '\n';
  std::abort();
}

bool has_reason(const Error& error) {
  for (const Detail& detail : error.details()) {
    if (detail.key == "reason") return std::holds_alternative<std::string>(detail.value);
  }
  return false;
}

// Small, so that inputs of a few hundred bytes reach them.
constexpr ScanLimits kLimits{.nodes = 200, .elements = 1 << 20, .declared_bytes = 1 << 24};

void check_accepted(std::span<const std::byte> model, const OnnxScan& scan) {
  expect(scan.num_nodes <= kLimits.nodes, "as many nodes as allowed");
  expect(scan.num_expanded_nodes <= kLimits.nodes, "as many nodes as allowed, functions written out");
  expect(scan.declared_bytes <= kLimits.declared_bytes, "as many bytes as allowed");
  // A node and a reference take two bytes at least.
  expect(scan.num_nodes + scan.external_refs.size() <= model.size(), "no more than fits");
  for (const ExternalRef& ref : scan.external_refs) {
    expect(!ref.location.empty(), "a location");
    expect(ref.location.find("MEM_ADDR_") == std::string::npos, "no pointers");
    expect(ref.offset <= INT64_MAX && ref.extent() <= INT64_MAX - ref.offset, "a range without overflow");
  }
#ifdef NODE_TENSORRT_SEEDED_BUG
  // What the fuzzer must find: a read past the end, for a model that none of the kept inputs is.
  if (scan.opset_imports.size() == 3) {
    const std::vector<std::byte> copy(model.begin(), model.end());
    expect(copy.data()[copy.size()] != std::byte{0x5a}, "the seeded bug");
  }
#endif
}

/// The estimate reads without checks what the scan has let through.
void check_estimate(std::span<const std::byte> model) {
  const OnnxOutline outline = read_outline(model);
  expect(outline.nodes.size() <= kLimits.nodes, "no more nodes than the scan has counted");
  for (const int64_t batch : {int64_t{1}, int64_t{7}}) {
    const ActivationEstimate estimate = estimate_activations(outline, {.batch = batch, .symbols = {}, .inputs = {}});
    expect(estimate.bytes.has_value() || !estimate.reason.empty(), "bytes or a reason");
    expect(estimate.bytes.has_value() || !estimate.exact, "nothing unknown is exact");
  }
}

}  // namespace

void scan(std::span<const std::byte> input) {
  // A copy of its own, so that AddressSanitizer sees a read past the end.
  const std::vector<std::byte> model(input.begin(), input.end());
  try {
    const OnnxScan scan = scan_onnx(model, kLimits);
    check_accepted(model, scan);
    check_external_files(scan, {});
    expect(scan.external_refs.empty(), "external data that was not given is missed");
    check_estimate(model);
  } catch (const Error& error) {
    expect(error.code() == Code::kModelInvalid, "refused as an invalid model");
    expect(has_reason(error), "a reason");
  }
}

}  // namespace ntrt::fuzz
