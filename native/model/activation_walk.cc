#include "model/activation_walk.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/shape.h"
#include "model/path_text.h"
#include "model/saturating.h"
#include "model/shapes/infer_node.h"

namespace ntrt {
namespace {

class Walk {
 public:
  Walk(const OnnxOutline& outline, const RunSizes& sizes) : outline_(outline), sizes_(sizes) {
    for (const auto& [name, size] : sizes.symbols) symbols_[name] = size;
    for (const auto& [name, value] : outline.values) declared_[name] = &value;
    for (const OutlineValue& output : outline.outputs) declared_[output.name] = &output;
    result_.batch = sizes.batch;
  }

  ActivationEstimate run() {
    if (!outline_.complete) {
      result_.reason = "the graph has too many names to walk over it";
      return std::move(result_);
    }
    if (!bind_inputs()) return std::move(result_);
    for (const auto& [name, tensor] : outline_.initializers) values_[name].facts = facts_of(tensor);
    find_last_uses();
    for (size_t i = 0; i < outline_.nodes.size(); ++i) visit(i);
    result_.bytes = peak_;
    result_.exact = num_unknown_ == 0 && !hidden_;
    if (num_unknown_ == 0 && hidden_) {
      result_.reason = "nodes run graphs or functions of their own, whose tensors are not counted";
    } else if (num_unknown_ > 0) {
      result_.reason = "of " + std::to_string(num_made_) + " intermediate tensors the sizes of " +
                       std::to_string(num_unknown_) + " are not known before a run (the first is a result of " +
                       first_unknown_ + ")";
    }
    return std::move(result_);
  }

 private:
  struct Buffer {
    uint64_t bytes = 0;
    size_t num_values = 0;  // that live in it
  };
  struct Value {
    ValueFacts facts;
    std::optional<size_t> buffer;  // none for inputs, constants and what has no known size
    size_t last_use = 0;
    bool read = false;
  };

  bool bind_inputs() {
    uint64_t bytes = 0;
    for (const OutlineValue& input : outline_.inputs) {
      const auto dims = dims_of_input(input);
      if (!dims) return false;
      ValueFacts& facts = values_[input.name].facts;
      facts.data_type = input.data_type;
      facts.dims = *dims;
      const auto size = facts.bytes();
      if (!size) return refuse("input '" + printable(input.name) + "' is no tensor of a known size");
      bytes = saturating_add(bytes, *size);
    }
    result_.input_bytes = bytes;
    return true;
  }

  bool refuse(std::string reason) {
    result_.reason = std::move(reason);
    return false;
  }

  /// Binds its symbols on the way.
  std::optional<std::vector<int64_t>> dims_of_input(const OutlineValue& input) {
    const auto given = sizes_.inputs.find(input.name);
    if (given == sizes_.inputs.end() && !input.has_shape) {
      refuse("input '" + printable(input.name) + "' has no shape in the model; give it by inputDims");
      return std::nullopt;
    }
    if (given != sizes_.inputs.end() && input.has_shape && given->second.size() != input.dims.size()) {
      refuse("input '" + printable(input.name) + "' has " + std::to_string(input.dims.size()) +
             " dimensions in the model and " + std::to_string(given->second.size()) + " in inputDims");
      return std::nullopt;
    }
    const size_t rank = given != sizes_.inputs.end() ? given->second.size() : input.dims.size();
    std::vector<int64_t> dims;
    for (size_t i = 0; i < rank; ++i) {
      const OutlineDim dim = i < input.dims.size() ? input.dims[i] : OutlineDim{};
      const auto known = symbols_.find(dim.symbol);
      int64_t size = dim.size;
      if (size < 0 && !dim.symbol.empty() && known != symbols_.end()) size = known->second;
      if (size < 0 && i == 0) size = sizes_.batch;
      if (size < 0 && given != sizes_.inputs.end()) size = given->second[i];
      if (size < 0 || size > kMaxDim) {
        refuse("dimension " + std::to_string(i) + " of input '" + printable(input.name) + "'" +
               (dim.symbol.empty() ? "" : " ('" + printable(dim.symbol) + "')") +
               " is free; give it by freeDimensionOverrides or inputDims");
        return std::nullopt;
      }
      if (!dim.symbol.empty()) symbols_.emplace(dim.symbol, size);
      dims.push_back(size);
    }
    return dims;
  }

  void find_last_uses() {
    for (size_t i = 0; i < outline_.nodes.size(); ++i) {
      for (const std::string_view name : outline_.nodes[i].inputs) {
        Value& value = values_[name];
        value.last_use = i;
        value.read = true;
      }
    }
    for (const OutlineValue& output : outline_.outputs) {
      Value& value = values_[output.name];
      value.last_use = kKept;
      value.read = true;
    }
  }

  /// What the model itself says of a value, where all of it is known.
  void read_declared(std::string_view name, ValueFacts& facts) const {
    const auto found = declared_.find(name);
    if (found == declared_.end()) return;
    const OutlineValue* declared = found->second;
    if (facts.data_type == 0) facts.data_type = declared->data_type;
    if (facts.dims || !declared->has_shape || declared->dims.size() > kMaxRank) return;
    std::vector<int64_t> dims;
    for (const OutlineDim& dim : declared->dims) {
      const auto bound = symbols_.find(dim.symbol);
      const bool named = dim.size < 0 && !dim.symbol.empty() && bound != symbols_.end();
      const int64_t size = named ? bound->second : dim.size;
      if (size < 0 || size > kMaxDim) return;
      dims.push_back(size);
    }
    facts.dims = std::move(dims);
  }

  void visit(size_t at) {
    const OutlineNode& node = outline_.nodes[at];
    std::vector<const ValueFacts*> inputs;
    for (const std::string_view name : node.inputs) inputs.push_back(name.empty() ? nullptr : &values_[name].facts);
    NodeFacts facts = infer_node(node, inputs);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      read_declared(node.outputs[i], facts.outputs[i]);
      place(at, node, i, std::move(facts.outputs[i]), i == 0 ? facts.reuse : Reuse::kNone);
    }
    if (node.has_subgraph || (outline_.has_functions && !node.domain.empty())) hidden_ = true;
    peak_ = std::max(peak_, live_);
    for (const std::string_view name : node.inputs) {
      if (!name.empty()) end_of(values_[name], at);
    }
    for (const std::string_view name : node.outputs) {
      Value& value = values_[name];
      if (!value.read) release(value);
    }
  }

  void place(size_t at, const OutlineNode& node, size_t output, ValueFacts facts, Reuse reuse) {
    Value& value = values_[node.outputs[output]];
    const bool constant = facts.constant;
    const auto bytes = facts.bytes();
    value.facts = std::move(facts);
    if (constant) return;  // computed at load: it counts with the weights, if it is kept at all
    ++num_made_;
    if (reuse != Reuse::kNone) {
      for (const std::string_view name : node.inputs) {
        Value& input = values_[name];
        const bool dies = input.last_use == at;
        if (!input.buffer || (reuse == Reuse::kIfLast && (!dies || buffers_[*input.buffer].num_values > 1))) continue;
        if (!bytes || buffers_[*input.buffer].bytes != *bytes) continue;
        value.buffer = input.buffer;
        ++buffers_[*input.buffer].num_values;
        return;
      }
    }
    if (!bytes) {
      if (num_unknown_++ == 0)
        first_unknown_ = printable(node.op, 40) + " '" + printable(node.outputs[output], 64) + "'";
      return;
    }
    value.buffer = buffers_.size();
    buffers_.push_back({*bytes, 1});
    live_ = saturating_add(live_, *bytes);
  }

  void end_of(Value& value, size_t at) {
    if (value.last_use == at) release(value);
  }

  void release(Value& value) {
    if (!value.buffer) return;
    Buffer& buffer = buffers_[*value.buffer];
    value.buffer.reset();
    if (--buffer.num_values == 0) live_ -= std::min(live_, buffer.bytes);
  }

  static constexpr size_t kKept = std::numeric_limits<size_t>::max();

  const OnnxOutline& outline_;
  const RunSizes& sizes_;
  std::unordered_map<std::string_view, int64_t> symbols_;
  std::unordered_map<std::string_view, const OutlineValue*> declared_;
  std::unordered_map<std::string_view, Value> values_;
  std::vector<Buffer> buffers_;
  uint64_t live_ = 0;
  uint64_t peak_ = 0;
  size_t num_made_ = 0;
  size_t num_unknown_ = 0;
  bool hidden_ = false;  // there are tensors inside of nodes
  std::string first_unknown_;
  ActivationEstimate result_;
};

}  // namespace

ActivationEstimate estimate_activations(const OnnxOutline& outline, const RunSizes& sizes) {
  return Walk(outline, sizes).run();
}

bool has_free_batch(const OnnxOutline& outline) {
  return std::ranges::any_of(outline.inputs, [](const OutlineValue& input) {
    return !input.has_shape || (!input.dims.empty() && input.dims[0].size < 0);
  });
}

}  // namespace ntrt
