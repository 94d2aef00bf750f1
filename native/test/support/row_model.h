#pragma once
// A model whose first dimension is free and whose outputs are its inputs, row for row; and the ways in which such a
// model can be unfit for batches.

#include <atomic>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "memory/buffer.h"
#include "runtime/batch/batch_layout.h"
#include "test/support/fake_backend.h"

namespace ntrt::testing {

/// What is wrong with the model. Shared by a test and its model; may be changed between runs.
struct RowFaults {
  std::atomic<int64_t> poison{INT64_MIN};      ///< a run fails if an int64 input has this value in it
  std::atomic<bool> mixes_rows{false};         ///< what is in a row depends on the others
  std::atomic<bool> drops_row{false};          ///< of several rows, one result is missing
  std::atomic<bool> empty_outputs{false};      ///< as many rows, without elements
  std::atomic<bool> constant{false};           ///< the same results for all rows
  std::atomic<bool> scalar_outputs{false};     ///< results without dimensions
  std::atomic<size_t> refused_rows{SIZE_MAX};  ///< a run of so many rows or more fails
};

/// Inputs "x" and, if there are two, "ids", of [n, columns]; output "y" is "x", and "z" is "ids". The first dimension
/// is that of the rows unless `axis` is 1.
inline Signature row_signature(DType type = DType::kInt64, size_t num_inputs = 1, Dim columns = std::string("columns"),
                               int axis = 0) {
  Signature signature;
  std::vector<Dim> dims{std::string("n"), std::move(columns)};
  if (axis == 1) std::swap(dims[0], dims[1]);
  const std::vector<std::string> inputs{"x", "ids"};
  const std::vector<std::string> outputs{"y", "z"};
  for (size_t i = 0; i < num_inputs; ++i) {
    signature.inputs.push_back({inputs[i], type, dims, false});
    signature.outputs.push_back({outputs[i], type, dims, false});
  }
  return signature;
}

inline BatchLayout row_layout(size_t num_inputs = 1, int axis = 0) {
  BatchLayout layout;
  layout.enabled = true;
  layout.input_axes.assign(num_inputs, axis);
  layout.output_axes.assign(num_inputs, axis);
  return layout;
}

/// What columns are padded with: no row has it.
inline constexpr int64_t kPadValue = -7;

/// Rows of 1 to 8 columns are padded to 4 or 8.
inline BatchLayout padding_layout(size_t num_inputs = 1) {
  BatchLayout layout = row_layout(num_inputs);
  layout.padding.enabled = true;
  layout.padding.buckets = {4, 8};
  layout.padding.lengths = {1, 8, 1};
  layout.padding.input_axes.assign(num_inputs, 1);
  layout.padding.values.assign(num_inputs, *to_element(DType::kInt64, kPadValue));
  layout.padding.outputs.assign(num_inputs, {1, {}});
  return layout;
}

/// Memory of the host pool, as ONNX Runtime's is.
inline void own_memory(OutputRequest& output, DType type, Shape dims) {
  const size_t bytes = element_count(dims) * dtype_size(type);
  auto* const buffer = new Buffer(host_pool(), bytes);
  output.value = OutputValue(buffer, [](void* owner) noexcept { delete static_cast<Buffer*>(owner); });
  output.view = {type, std::move(dims), buffer->data(), bytes};
}

/// Adds up what stands in the other rows, so that one row alone is what it should be.
template <typename T>
void mix_rows(const TensorView& view) {
  auto* const data = static_cast<T*>(view.data);
  const size_t count = view.bytes / sizeof(T);
  const auto row = count / static_cast<size_t>(view.dims[0]);
  const T sum = std::accumulate(data, data + count, T{});
  for (size_t at = 0; at < count; at += row) data[at] += sum - std::accumulate(data + at, data + at + row, T{});
}

/// What a run of the model does; for FakeScript::set_action().
class RowAction {
 public:
  explicit RowAction(std::shared_ptr<const RowFaults> faults, int axis = 0)
      : faults_(std::move(faults)), axis_(static_cast<size_t>(axis)) {}

  void operator()(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) const {
    for (const TensorView& input : inputs) refuse(input);
    for (OutputRequest& output : outputs) copy(inputs[output.index], output);
  }

 private:
  void refuse(const TensorView& input) const {
    if (input.dims[axis_] >= 0 && static_cast<size_t>(input.dims[axis_]) >= faults_->refused_rows) {
      throw Error(Code::kBackendError, "too many rows");
    }
    if (input.type != DType::kInt64) return;
    const std::span data(static_cast<const int64_t*>(input.data), element_count(input.dims));
    if (std::find(data.begin(), data.end(), faults_->poison.load()) == data.end()) return;
    throw Error(Code::kBackendError, "a poisoned row");
  }

  void copy(const TensorView& input, OutputRequest& output) const {
    Shape dims = input.dims;
    if (faults_->drops_row && dims[axis_] > 1) --dims[axis_];
    if (faults_->empty_outputs) dims[1 - axis_] = 0;
    if (faults_->scalar_outputs) dims.clear();
    if (input.type == DType::kString) {
      const auto& texts = *static_cast<const std::vector<std::string>*>(input.data);
      output.value.strings().assign(texts.begin(), texts.begin() + static_cast<ptrdiff_t>(element_count(dims)));
      output.view = {input.type, std::move(dims), nullptr, 0};
      return;
    }
    own_memory(output, input.type, std::move(dims));
    if (output.view.bytes > 0) std::memcpy(output.view.data, input.data, output.view.bytes);
    if (faults_->constant) std::memset(output.view.data, 0, output.view.bytes);
    if (!faults_->mixes_rows) return;
    input.type == DType::kFloat32 ? mix_rows<float>(output.view) : mix_rows<int64_t>(output.view);
  }

  const std::shared_ptr<const RowFaults> faults_;
  const size_t axis_;
};

}  // namespace ntrt::testing
