#pragma once
// Whether inputs may be padded: tried, like batching itself.
//
// Note "pad proof"
// - Lengths are looked for that the model runs on: the last bucket, a short one, and in which steps. Requests of other
//   lengths are not padded, so that a length which the model refuses stays refused.
// - How long an output is for a length of the inputs is measured, until only one straight line is left (length_fit.h).
//   Where that is not as long as they are, plus or minus something, some lengths more may speak against any line. Short
//   lengths that lie beside it are not padded either.
// - Parts of a row, up to the second bucket, are run as they are and padded. Padding is sound if the
//   padded results begin with the row's own, within the tolerance. So are rows that are all negative and all positive
//   where floating-point numbers are padded: the largest of others hides what padding adds.
//
// What this cannot find: a model that treats padding otherwise for certain values only, or in later buckets. Results of
// another length than their bucket's are noticed when they come (BatchRun).

#include "backends/backend.h"
#include "runtime/proof/batch_proof.h"

namespace ntrt {

/// `layout` allows batches. Blocks while it runs the model. Says in the result's reason what was found; throws Error
/// only when `options.pad` does not fit the model or the load was cancelled.
Padding prove_padding(LoadedModel& model, const BatchLayout& layout, const ProofOptions& options,
                      LoadCancellation& cancellation);

/// Throws Error{kInvalidArgument, kOutOfRange} if `pad` does not fit the model.
void check_padding(const PadOptions& pad, const Signature& signature, const SequenceOptions& sequences = {});

}  // namespace ntrt
