#include "model/onnx_functions.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "model/model_error.h"
#include "model/onnx_fields.h"
#include "model/onnx_schema.h"
#include "model/path_text.h"
#include "model/saturating.h"

namespace ntrt {
namespace {

using onnx_schema::Message;

/// Domain, name, overload.
using Key = std::tuple<std::string_view, std::string_view, std::string_view>;

/// The default operator set has two names.
std::string_view canonical(std::string_view domain) noexcept { return domain == "ai.onnx" ? "" : domain; }

/// The nodes of a graph or a function, with those of its subgraphs.
struct Body {
  std::string_view name;
  uint64_t nodes = 0;
  std::map<size_t, uint64_t> calls;  // how often, by index of the function
  uint64_t expanded = 0;
  size_t depth = 0;
};

class Calls {
 public:
  explicit Calls(std::span<const std::byte> model) {
    WireField field;
    for (ProtobufReader reader(model); reader.next(field);) {
      if (is_function(field)) add_function(field.bytes);
    }
    size_t index = 0;
    for (ProtobufReader reader(model); reader.next(field);) {
      if (is_function(field)) {
        walk(field.bytes, Message::kFunction, bodies_[index++]);
      } else if (field.type == WireType::kBytes) {
        const onnx_schema::Field* known = onnx_schema::find_field(Message::kModel, field.number);
        if (known != nullptr && leads_to_nodes(known->child)) walk(field.bytes, known->child, main_);
      }
    }
  }

  uint64_t expand() {
    // Functions that call nothing first, then those that call only them, and so on: no recursion of our own.
    std::vector<size_t> waits_for(bodies_.size());
    std::vector<std::vector<size_t>> callers(bodies_.size());
    std::vector<size_t> ready;
    for (size_t i = 0; i < bodies_.size(); ++i) {
      waits_for[i] = bodies_[i].calls.size();
      for (const auto& [callee, times] : bodies_[i].calls) callers[callee].push_back(i);
      if (waits_for[i] == 0) ready.push_back(i);
    }
    for (size_t done = 0; done < ready.size(); ++done) {
      finish(bodies_[ready[done]]);
      for (const size_t caller : callers[ready[done]]) {
        if (--waits_for[caller] == 0) ready.push_back(caller);
      }
    }
    for (size_t i = 0; i < bodies_.size(); ++i) {
      if (waits_for[i] == 0) continue;
      refuse_model("recursive-function",
                   "the local function '" + printable(bodies_[i].name) + "' calls itself, directly or through others",
                   {{"function", printable(bodies_[i].name)}});
    }
    finish(main_);
    return main_.expanded;
  }

 private:
  static bool is_function(const WireField& field) noexcept {
    return field.number == ModelField::kFunctions && field.type == WireType::kBytes;
  }

  static bool leads_to_nodes(Message kind) noexcept {
    return kind == Message::kGraph || kind == Message::kNode || kind == Message::kAttribute ||
           kind == Message::kTraining;
  }

  void add_function(std::span<const std::byte> bytes) {
    std::string_view name;
    std::string_view domain;
    std::string_view overload;
    WireField field;
    for (ProtobufReader reader(bytes); reader.next(field);) {
      if (field.type != WireType::kBytes) continue;
      if (field.number == FunctionField::kName) name = field.text();
      if (field.number == FunctionField::kDomain) domain = field.text();
      if (field.number == FunctionField::kOverload) overload = field.text();
    }
    // Of two with one key ONNX Runtime refuses the model; here the first counts.
    functions_.emplace(Key{canonical(domain), name, overload}, bodies_.size());
    bodies_.emplace_back().name = name;
  }

  struct Frame {
    Message kind;
    ProtobufReader reader;
    std::string_view op;
    std::string_view domain;
    std::string_view overload;
  };

  void walk(std::span<const std::byte> bytes, Message kind, Body& body) {
    std::vector<Frame> stack{{kind, ProtobufReader(bytes), {}, {}, {}}};
    while (!stack.empty()) {
      Frame& frame = stack.back();
      WireField field;
      if (!frame.reader.next(field)) {
        if (frame.kind == Message::kNode) add_node(frame, body);
        stack.pop_back();
        continue;
      }
      if (field.type != WireType::kBytes) continue;
      if (frame.kind == Message::kNode) {
        if (field.number == NodeField::kOpType) frame.op = field.text();
        if (field.number == NodeField::kDomain) frame.domain = field.text();
        if (field.number == NodeField::kOverload) frame.overload = field.text();
      }
      const onnx_schema::Field* known = onnx_schema::find_field(frame.kind, field.number);
      if (known != nullptr && leads_to_nodes(known->child)) {
        stack.push_back({known->child, ProtobufReader(field.bytes), {}, {}, {}});
      }
    }
  }

  void add_node(const Frame& node, Body& body) {
    ++body.nodes;
    const auto function = functions_.find({canonical(node.domain), node.op, node.overload});
    if (function != functions_.end()) ++body.calls[function->second];
  }

  void finish(Body& body) const {
    body.expanded = body.nodes;
    for (const auto& [callee, times] : body.calls) {
      body.expanded = saturating_add(body.expanded, saturating_multiply(times, bodies_[callee].expanded));
      body.depth = std::max(body.depth, bodies_[callee].depth + 1);
    }
    if (body.depth > kMaxCallDepth) {
      refuse_model("nested-too-deep",
                   "local functions call each other more than " + std::to_string(kMaxCallDepth) + " levels deep");
    }
  }

  std::map<Key, size_t> functions_;
  std::vector<Body> bodies_;
  Body main_;
};

}  // namespace

uint64_t count_expanded_nodes(std::span<const std::byte> model) { return Calls(model).expand(); }

}  // namespace ntrt
