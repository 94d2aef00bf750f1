#pragma once
// Requests whose rows come together in batch buffers. Each row is two floats of the request's own number.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <vector>

#include "runtime/batch/batch_buffers.h"
#include "runtime/batch/batch_layout.h"

namespace ntrt::testing {

inline constexpr size_t kRowFloats = 2;

/// One input, [rows, 2], along whose first axis the rows lie.
inline BatchLayout row_layout() {
  BatchLayout layout;
  layout.enabled = true;
  layout.input_axes = {0};
  layout.output_axes = {0};
  return layout;
}

struct RowsRequest : Request {
  std::vector<float> data;
};

inline std::shared_ptr<RowsRequest> make_rows(float number, size_t rows = 1, const BatchLayout& layout = row_layout(),
                                              int64_t row_floats = kRowFloats) {
  auto request = std::make_shared<RowsRequest>();
  request->data.assign(rows * static_cast<size_t>(row_floats), number);
  request->inputs = {{DType::kFloat32,
                      {static_cast<int64_t>(rows), row_floats},
                      request->data.data(),
                      request->data.size() * sizeof(float)}};
  request->borrowed = {true};
  request->outputs.resize(1);
  set_batch_key(*request, layout, true);
  return request;
}

/// Copies the request's input to the rows that it was given, as the binding does.
inline void fill_rows(RowsRequest& request) {
  void* const rows = request.slot.buffer->row(0, request.slot.first_row);
  std::copy(request.data.begin(), request.data.end(), static_cast<float*>(rows));
  request.inputs[0].data = rows;
}

/// Buffers, and how many rows are queued, as an engine has them.
class TestBuffers {
 public:
  explicit TestBuffers(size_t max_buffers = 2, size_t max_size = 8) : max_size_(max_size), buffers_(max_buffers) {}

  BatchBuffers& operator*() { return buffers_; }
  BatchBuffers* operator->() { return &buffers_; }

  /// Queues a request. Whether it was given rows is in its slot.
  std::shared_ptr<RowsRequest> add(float number, size_t rows = 1, int64_t row_floats = kRowFloats) {
    auto request = make_rows(number, rows, row_layout(), row_floats);
    buffers_.reserve(*request, row_layout(), max_size_, row_floats == kRowFloats ? waiting_ : 0);
    if (row_floats == kRowFloats) waiting_ += rows;
    if (request->slot.buffer) fill_rows(*request);
    return request;
  }
  void release(RowsRequest& request) { buffers_.release(request); }
  /// It is taken back before it starts.
  void take_back(RowsRequest& request) {
    waiting_ -= request.rows;
    release(request);
  }
  /// A lane starts whole requests.
  std::optional<size_t> close(std::initializer_list<std::shared_ptr<RowsRequest>> requests) {
    std::vector<Slice> slices;
    for (const auto& request : requests) {
      slices.push_back({request, 0, request->rows});
      waiting_ -= request->rows;
    }
    return buffers_.close(slices);
  }
  void set_waiting(size_t rows) { waiting_ = rows; }
  void set_max_size(size_t max_size) { max_size_ = max_size; }

 private:
  size_t max_size_;
  size_t waiting_ = 0;
  BatchBuffers buffers_;
};

/// The number in the row of a buffer.
inline float number_in(BatchBuffer& buffer, size_t row) { return *reinterpret_cast<float*>(buffer.row(0, row)); }

}  // namespace ntrt::testing
