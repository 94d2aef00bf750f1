#include "runtime/batch/batch_buffers.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/error.h"
#include "runtime/batch/batch_layout.h"

namespace ntrt {
namespace {

/// Whether rows of this request can stand beside others in plain memory.
bool has_plain_rows(const Request& request, const BatchLayout& layout) noexcept {
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    if (layout.input_axes[i] > 0 || request.inputs[i].type == DType::kString || !request.borrowed[i]) return false;
  }
  return true;
}

}  // namespace

/// An empty buffer for batches of this key. Null when there are as many as there may be, and none is free.
std::shared_ptr<BatchBuffer> BatchBuffers::open(const Request& request, const BatchLayout& layout, size_t max_size) {
  size_t bytes = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) bytes += row_bytes(request, layout, i);
  if (bytes * max_size > kMaxBytes) return nullptr;

  auto found = std::find_if(all_.begin(), all_.end(), [](const auto& buffer) { return buffer->num_live_ == 0; });
  if (found == all_.end()) {
    if (all_.size() == max_buffers_) return nullptr;
    found = all_.insert(all_.end(), std::make_shared<BatchBuffer>());
  }

  const NumaScope on_node(node_);
  BatchBuffer& buffer = **found;
  buffer.inputs_.clear();
  buffer.row_bytes_.clear();
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const bool shared = layout.input_axes[i] == kNoAxis;
    buffer.row_bytes_.push_back(shared ? 0 : row_bytes(request, layout, i));
    buffer.inputs_.emplace_back(host_pool(), buffer.row_bytes_.back() * max_size);
  }
  buffer.live_.assign(max_size, false);
  buffer.key_ = request.key;
  buffer.num_used_ = 0;
  return *found;
}

void BatchBuffers::reserve(Request& request, const BatchLayout& layout, size_t max_size, size_t rows_waiting) noexcept {
  if (request.solo || request.rows > max_size || !has_plain_rows(request, layout)) return;
  const auto fits = [&] {
    return open_ && open_->key_ == request.key && open_->num_used_ + request.rows <= open_->live_.size() &&
           open_->live_.size() == max_size;
  };
  if (open_ && open_->num_live_ == 0) open_.reset();     // its memory is gone
  if (open_ && rows_waiting > open_->num_live_) return;  // others are ahead that stand elsewhere
  if (!open_ && rows_waiting > 0) return;
  try {
    if (!open_) open_ = open(request, layout, max_size);
  } catch (const std::bad_alloc&) {
    return;
  } catch (const Error&) {  // the pool is exhausted: the request's own copy will say so
    return;
  }
  if (!fits()) return;
  const auto first = open_->live_.begin() + static_cast<ptrdiff_t>(open_->num_used_);
  std::fill_n(first, request.rows, true);
  request.slot = {open_, open_->num_used_};
  open_->num_used_ += request.rows;
  open_->num_live_ += request.rows;
}

void BatchBuffers::release(Request& request) noexcept {
  if (!request.slot.buffer) return;
  BatchBuffer& buffer = *request.slot.buffer;
  std::fill_n(buffer.live_.begin() + static_cast<ptrdiff_t>(request.slot.first_row), request.rows, false);
  buffer.num_live_ -= request.rows;
  if (buffer.num_live_ == 0) buffer.inputs_.clear();  // the pool keeps them for the next one
  request.slot = {};
}

std::optional<size_t> BatchBuffers::close(std::span<const Slice> slices) noexcept {
  const std::shared_ptr<BatchBuffer> buffer = request_of(slices[0]).slot.buffer;
  const auto is_in_open = [this](const Slice& slice) { return request_of(slice).slot.buffer == open_; };
  if (std::any_of(slices.begin(), slices.end(), is_in_open)) open_.reset();
  if (!buffer) return std::nullopt;
  size_t rows = 0;
  size_t first = SIZE_MAX;
  for (const Slice& slice : slices) {
    const Request& request = request_of(slice);
    if (request.slot.buffer != buffer || slice.num_rows != request.rows) return std::nullopt;
    rows += request.rows;
    first = std::min(first, request.slot.first_row);
  }

  size_t hole = first;
  for (const Slice& slice : slices) {
    Request& request = request_of(slice);
    if (request.slot.first_row + request.rows <= first + rows) continue;
    while (hole < first + rows && buffer->live_[hole]) ++hole;
    if (hole == first + rows || request.rows > 1) return std::nullopt;
    for (size_t i = 0; i < request.inputs.size(); ++i) {
      if (buffer->row_bytes_[i] == 0) continue;
      std::memcpy(buffer->row(i, hole), buffer->row(i, request.slot.first_row), buffer->row_bytes_[i]);
      request.inputs[i].data = buffer->row(i, hole);
    }
    buffer->live_[request.slot.first_row] = false;
    buffer->live_[hole] = true;
    request.slot.first_row = hole;
  }
  return first;
}

}  // namespace ntrt
