#pragma once
// Requests of several rows, each of which carries the tag of its owner, and the check that results are theirs.

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "runtime/engine.h"
#include "test/support/requests.h"
#include "test/support/row_model.h"

namespace ntrt::testing {

/// Every element of the row; different for every row of every request.
inline int64_t row_value(uint64_t tag, size_t row) { return static_cast<int64_t>(tag * 64 + row); }

/// One or several int64 inputs of [rows, columns] in memory of the request's own.
inline std::shared_ptr<Request> make_rows(std::shared_ptr<CompletionSink> sink, uint64_t tag, size_t rows,
                                          size_t columns = 2, size_t num_inputs = 1) {
  auto request = std::make_shared<Request>();
  request->id = tag;
  request->sink = std::move(sink);
  for (size_t i = 0; i < num_inputs; ++i) {
    Buffer& buffer = request->buffers.emplace_back(host_pool(), rows * columns * sizeof(int64_t));
    auto* const data = static_cast<int64_t*>(buffer.data());
    for (size_t at = 0; at < rows * columns; ++at) data[at] = row_value(tag, at / columns);
    const Shape dims{static_cast<int64_t>(rows), static_cast<int64_t>(columns)};
    request->inputs.push_back({DType::kInt64, dims, data, buffer.size()});
    request->bytes += buffer.size();
  }
  request->outputs.resize(num_inputs);
  for (size_t i = 0; i < num_inputs; ++i) request->outputs[i].index = i;
  request->submitted = Clock::now();
  return request;
}

/// Submits as the binding does: what the request owns is taken for the caller's memory, and copied to where its slot
/// says. Throws what admit() throws.
inline void submit_borrowed(Engine& engine, const std::shared_ptr<Request>& request) {
  Request& r = *request;
  const std::vector<Buffer> callers = std::exchange(r.buffers, {});
  r.borrowed.assign(r.inputs.size(), true);
  engine.admit(r);
  for (size_t i = 0; i < r.inputs.size(); ++i) {
    TensorView& input = r.inputs[i];
    void* data = nullptr;
    if (r.slot.buffer) {
      data = r.slot.buffer->row(i, r.slot.first_row);
      write_rows(r, engine.options().layout, i, data);
    } else {
      data = r.buffers.emplace_back(host_pool(), input.bytes).data();
      std::memcpy(data, input.data, input.bytes);
    }
    input.data = data;
  }
  engine.enqueue(request);
}

/// Whether all outputs are the request's own rows, in their order.
inline ::testing::AssertionResult has_its_rows(const Request& request) {
  if (request.error) return ::testing::AssertionFailure() << request.id << ": " << request.error->message();
  for (const OutputRequest& output : request.outputs) {
    const TensorView& view = output.view;
    const Shape& dims = request.inputs[output.index].dims;
    if (view.dims != dims) {
      return ::testing::AssertionFailure()
             << request.id << " has " << to_string(view.dims) << ", not " << to_string(dims);
    }
    const auto* const data = static_cast<const int64_t*>(view.data);
    for (size_t at = 0; at < element_count(dims); ++at) {
      const size_t row = at / static_cast<size_t>(dims[1]);
      if (data[at] == row_value(request.id, row)) continue;
      return ::testing::AssertionFailure() << request.id << ", row " << row << ": " << data[at];
    }
  }
  return ::testing::AssertionSuccess();
}

using Requests = std::vector<std::shared_ptr<Request>>;

/// All rows of each, as a batch.
inline std::vector<Slice> whole(const Requests& requests) {
  std::vector<Slice> slices;
  for (const auto& request : requests) slices.push_back({request, 0, request->rows});
  return slices;
}

}  // namespace ntrt::testing
