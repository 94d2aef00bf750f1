#pragma once
// A model to try whether its requests may meet, and how.

#include <memory>
#include <string>
#include <utility>

#include "test/runtime/proof/proof_fixture.h"
#include "test/support/row_model.h"

namespace ntrt::testing {

class BatchProofTest : public ProofTest {
 protected:
  BatchProofTest() { script_->set_action(RowAction(faults_)); }

  BatchLayout prove(Signature signature = row_signature(DType::kFloat32)) {
    FakeModel model(script_, SIZE_MAX, std::move(signature));
    return prove_batching(model, options_, cancellation_);
  }
  /// Why the model is unfit.
  std::string reason(Signature signature = row_signature(DType::kFloat32)) {
    const BatchLayout layout = prove(std::move(signature));
    EXPECT_FALSE(layout.enabled) << layout.reason;
    return layout.reason;
  }

  const std::shared_ptr<RowFaults> faults_ = std::make_shared<RowFaults>();
};

}  // namespace ntrt::testing
