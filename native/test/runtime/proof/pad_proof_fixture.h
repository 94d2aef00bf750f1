#pragma once
// A model to try whether its inputs may be padded, and how.

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/proof/pad_proof.h"
#include "test/runtime/proof/proof_fixture.h"
#include "test/support/row_model.h"

namespace ntrt::testing {

/// What becomes of the values of a row.
using Rule = std::function<std::vector<float>(std::span<const float>)>;

inline std::vector<float> same(std::span<const float> row) { return {row.begin(), row.end()}; }

/// Every second value, from the first on.
inline std::vector<float> halved(std::span<const float> row) {
  std::vector<float> result;
  for (size_t i = 0; i < row.size(); i += 2) result.push_back(row[i]);
  return result;
}

/// Input "x" [n, length], output "y" [n, …], float32.
inline Signature length_signature() {
  return {{{"x", DType::kFloat32, {std::string("n"), std::string("length")}, false}},
          {{"y", DType::kFloat32, {std::string("n"), std::string("out")}, false}}};
}

[[noreturn]] inline void fail(const std::string& why) { throw Error(Code::kBackendError, why); }

class PadProofTest : public ProofTest {
 protected:
  PadProofTest() {
    options_.pad.inputs = {{"x", 1, 0.0, {}}};
    options_.pad.buckets = {8, 16, 64};
    use(same);
  }

  /// One row at a time; a rule for each output.
  void use(Rule rule) { use(std::vector<Rule>{std::move(rule)}); }
  void use(std::vector<Rule> rules) {
    script_->set_action([this, rules = std::move(rules)](auto inputs, auto outputs) {
      const std::span row(static_cast<const float*>(inputs[0].data), inputs[0].bytes / sizeof(float));
      lengths_.push_back(row.size());
      for (OutputRequest& output : outputs) {
        const std::vector<float> result = rules[output.index](row);
        own_memory(output, DType::kFloat32, {1, static_cast<int64_t>(result.size())});
        std::copy(result.begin(), result.end(), static_cast<float*>(output.view.data));
      }
    });
  }
  /// The shape of the output for a length; all values are 0.
  void use_shapes(std::function<Shape(int64_t)> shape) {
    script_->set_action([shape = std::move(shape)](auto inputs, auto outputs) {
      own_memory(outputs[0], DType::kFloat32, shape(inputs[0].dims[1]));
      if (outputs[0].view.bytes > 0) std::memset(outputs[0].view.data, 0, outputs[0].view.bytes);
    });
  }

  Padding prove() {
    FakeModel model(script_, SIZE_MAX, signature_);
    BatchLayout layout;
    layout.enabled = true;
    layout.input_axes.assign(signature_.inputs.size(), 0);
    layout.output_axes.assign(signature_.outputs.size(), 0);
    return prove_padding(model, layout, options_, cancellation_);
  }
  /// Why padding is refused.
  std::string reason() {
    const Padding padding = prove();
    EXPECT_FALSE(padding.enabled);
    return padding.reason;
  }

  Signature signature_ = length_signature();
  std::vector<size_t> lengths_;  ///< of the runs
};

}  // namespace ntrt::testing
