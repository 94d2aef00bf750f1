#pragma once
// Whether requests may meet in one batch: tried, not guessed from names.
//
// Note "batch proof": three rows that differ are run one by one, then two of them together, then all three. Batching is
// sound if every output has as many rows as the inputs and each row is what it was alone, within the tolerance. Outputs
// without elements prove nothing. Rows are generated or taken from samples of the user's.
//
// Rows lie along the first dimension of every tensor; of the states of sequences, and of the outputs that become them,
// along the first that the model leaves open. Scalars have none: requests meet only if theirs are equal, and the proof
// tries one value.
//
// What this cannot find: a model that mixes rows only for certain values or for batches of more than three. A batch
// whose results do not add up is noticed when it runs (BatchRun).

#include <string>
#include <utility>
#include <vector>

#include "backends/backend.h"
#include "runtime/batch/batch_layout.h"
#include "runtime/proof/sample_rows.h"
#include "runtime/sequence/sequence_options.h"

namespace ntrt {

enum class Verify : uint8_t { kTrust = 0, kGenerated = 1, kSamples = 2 };  ///< The numbers cross the border.

/// What the user says about padding.
struct PadInput {
  std::string name;
  int64_t axis = 0;
  PadValue value = 0.0;
  std::vector<std::pair<std::string, int64_t>> output_axes;  ///< by output; found out if there are none
};

struct PadOptions {
  std::vector<PadInput> inputs;  ///< none: nothing is padded
  std::vector<size_t> buckets;   ///< ascending
};

struct ProofOptions {
  bool enabled = true;
  Verify verify = Verify::kGenerated;
  std::vector<Sample> samples;
  double rtol = 1e-3;
  double atol = 1e-4;
  PadOptions pad;
  double max_seconds = 0;  ///< the proof is given up after that; 0: never
};

/// Blocks while it runs the model. Says in the layout's reason what was found; throws Error only when `samples` do not
/// fit the model or the load was cancelled.
BatchLayout prove_batching(LoadedModel& model, const ProofOptions& options, LoadCancellation& cancellation,
                           const SequenceOptions& sequences = {});

}  // namespace ntrt
