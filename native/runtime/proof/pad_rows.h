#pragma once
// The rows that tell whether inputs may be padded.

#include "core/tensor.h"
#include "runtime/batch/padding.h"
#include "runtime/proof/batch_proof.h"
#include "runtime/proof/sample_rows.h"

namespace ntrt {

/// The first row of a sample that fits the model, as prove_batching() has seen to; without tensors if it has no rows.
OwnedTensors first_row(const Sample& sample, const Signature& signature, const BatchLayout& layout);

/// That of the row's padded inputs; 0 if they differ.
size_t length_of(const OwnedTensors& row, const Padding& padding);

/// The first `length` of a row that has `has` of it, again and again if that is shorter, padded to `padded_to`.
OwnedTensors part_of(const OwnedTensors& row, size_t has, size_t length, size_t padded_to, const Padding& padding);

/// Makes all floating-point numbers of the row negative or positive where it is padded; false if there are none.
bool set_signs(OwnedTensors& row, const Padding& padding, bool negative);

}  // namespace ntrt
