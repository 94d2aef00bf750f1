// Inputs and outputs in pooled memory: what a run uses where it is, and what is copied.

#include <cstring>

#include "runtime/batch/batch_run.h"

namespace ntrt {

/// Note "pooled memory": of the inputs that the run is not to read where they are.
void BatchRun::copy_indices(Request& request) {
  for (size_t i = 0; i < request.pooled.size(); ++i) {
    TensorView& input = request.inputs[i];
    if (!request.pooled[i] || !is_index_type(input.type)) continue;
    void* const data = request.buffers.emplace_back(host_pool(), input.bytes).data();
    std::memcpy(data, input.data, input.bytes);
    input.data = data;
    request.pooled[i] = false;
  }
}

/// Of the outputs that go to pooled memory, those that the run writes there by itself.
void BatchRun::aim_outputs(Request& request) {
  for (size_t at = 0; at < request.targets.size(); ++at) {
    const TensorView* const target = request.target(at);
    if (target == nullptr) continue;
    request.outputs[at].into = !is_index_type(target->type);
    if (request.outputs[at].into) request.outputs[at].view = *target;
  }
}

/// And the others, after the run.
void BatchRun::fill_targets(Request& request) const {
  for (size_t at = 0; at < request.targets.size(); ++at) {
    const TensorView* const target = request.target(at);
    OutputRequest& output = request.outputs[at];
    if (target == nullptr || output.into || !fits_target(request, at, output.view.dims)) continue;
    if (target->bytes > 0) std::memcpy(target->data, output.view.data, target->bytes);
    output.view = *target;
    output.into = true;
    output.value.reset();
  }
}

/// Whether a result has the shape of the pooled tensor that it goes to. If not, the request fails.
bool BatchRun::fits_target(Request& request, size_t at, const Shape& dims) const {
  const Shape& expected = request.target(at)->dims;
  if (dims == expected) return true;
  const std::string& name = signature_.outputs[request.outputs[at].index].name;
  if (!request.error) {
    request.error =
        Error(Code::kShapeMismatch,
              "into." + name + ".dims: expected " + to_string(dims) + ", received " + to_string(expected),
              {{"option", "into." + name + ".dims"}, {"expected", to_string(dims)}, {"received", to_string(expected)}});
  }
  return false;
}

/// Copies rows of an output of the batch to the pooled memory of the request that they are for.
void BatchRun::write_target(Request& request, size_t at, const TensorView& from, RowRange from_range, RowRange to_range,
                            size_t count) const {
  OutputRequest& output = request.outputs[at];
  const int axis = layout_.output_axes[output.index];
  Shape dims = from.dims;
  if (axis != kNoAxis) set_own_dims(request, output.index, dims);
  if (!fits_target(request, at, dims)) return;
  output.view = *request.target(at);
  output.into = true;
  copy_rows(output.view, to_range, from, from_range, count, axis);
}

}  // namespace ntrt
