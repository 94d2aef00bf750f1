#pragma once
// Whether inputs may be padded: tried, like batching itself.
//
// Note "pad proof": rows of several lengths are run as they are, and padded to their bucket, in each of the first two
// buckets. Padding is sound if the padded results begin with what the row's own results are, within the tolerance. How
// long an output is for a length of the inputs is found out from the runs: a straight line, rounded. Lengths are
// added until only one such line is left for the lengths that occur.
//
// What this cannot find: a model that treats padding otherwise for certain values or lengths only.

#include "backends/backend.h"
#include "runtime/batch_proof.h"

namespace ntrt {

/// `layout` allows batches. Blocks while it runs the model. Says in the result's reason what was found; throws Error
/// only when `options.pad` does not fit the model or the load was cancelled.
Padding prove_padding(LoadedModel& model, const BatchLayout& layout, const ProofOptions& options,
                      LoadCancellation& cancellation);

/// Throws Error{kInvalidArgument, kOutOfRange} if `pad` does not fit the model.
void check_padding(const PadOptions& pad, const Signature& signature);

}  // namespace ntrt
