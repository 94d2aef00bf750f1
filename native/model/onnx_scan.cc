#include "model/onnx_scan.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/dim_product.h"
#include "model/file_kind.h"
#include "model/model_error.h"
#include "model/onnx_fields.h"
#include "model/onnx_functions.h"
#include "model/onnx_schema.h"
#include "model/onnx_tensor.h"
#include "model/onnx_types.h"
#include "model/path_text.h"

namespace ntrt {
namespace {

using onnx_schema::Field;
using onnx_schema::Message;

constexpr size_t kMaxOpsetImports = 1024;

bool is_quantised(std::string_view op) noexcept {
  constexpr std::string_view kPrefix = "QLinear";
  return op == "QuantizeLinear" || op == "DequantizeLinear" || op == "DynamicQuantizeLinear" || op == "MatMulInteger" ||
         op == "ConvInteger" || (op.size() > kPrefix.size() && op.substr(0, kPrefix.size()) == kPrefix);
}

struct Frame {
  Message kind;
  uint32_t number;  // of the field in the parent
  const std::byte* start;
  ProtobufReader reader;
  uint32_t seen = 0;      // singular fields, by number; the schema's are below 32
  std::string_view name;  // as far as read
  DimProduct product;     // of a shape and of a sparse tensor
  int32_t data_type = 0;  // of a sparse tensor's values
};

class Scanner {
 public:
  Scanner(std::span<const std::byte> model, const ScanLimits& limits) : model_(model), limits_(limits) {}

  OnnxScan run() {
    push(Message::kModel, 0, model_);
    while (!stack_.empty()) {
      // By index: a push moves the frames.
      const size_t top = stack_.size() - 1;
      const size_t at = position(stack_[top]);
      WireField field;
      if (stack_[top].reader.next(field)) {
        handle(top, field, at);
      } else if (stack_[top].reader.fault() != WireFault::kNone) {
        refuse_fault(stack_[top].reader.fault(), position(stack_[top]));
      } else {
        finish(stack_[top]);
        if (top == 0) check_complete(stack_[top].seen);
        stack_.pop_back();
      }
    }
    expand_functions();
    return std::move(scan_);
  }

 private:
  size_t position(const Frame& frame) const noexcept {
    return static_cast<size_t>(frame.start - model_.data()) + frame.reader.position();
  }

  void push(Message kind, uint32_t number, std::span<const std::byte> bytes) {
    if (stack_.size() > kMaxMessageDepth) {
      refuse_model("nested-too-deep", "the model nests its graphs deeper than the " + std::to_string(kMaxMessageDepth) +
                                          " levels that ONNX's readers allow");
    }
    // An empty message must not point outside of the model.
    const std::byte* start = bytes.empty() ? model_.data() : bytes.data();
    stack_.push_back({kind, number, start, ProtobufReader(bytes), 0, {}, {}, 0});
  }

  void handle(size_t top, const WireField& field, size_t at) {
    Frame& frame = stack_[top];
    if (frame.kind == Message::kSparse && field.number == SparseField::kDims) {
      if (!read_dims(field, [&](int64_t dim) { frame.product.multiply(dim); })) {
        refuse_malformed(at, "the dimensions of a sparse tensor cannot be read");
      }
      return;
    }
    const Field* known = onnx_schema::find_field(frame.kind, field.number);
    if (known == nullptr) {
      // Every ONNX writer begins with a field of ModelProto; another file's first byte seldom looks like one.
      if (top == 0 && at == 0) refuse_unknown();
      return;
    }
    if (known->type != field.type) {
      if (top == 0 && frame.seen == 0) refuse_unknown();
      refuse_malformed(at, "a field has the wrong type");
    }
    if (!known->repeated) {
      const uint32_t bit = uint32_t{1} << field.number;
      if ((frame.seen & bit) != 0) refuse_malformed(at, "a field that may stand once stands twice");
      frame.seen |= bit;
    }
    if (known->child == Message::kNone) return keep_scalar(frame, field);
    count(known->child);
    if (known->child == Message::kTensor) return scan_tensor(field);
    push(known->child, field.number, field.bytes);
  }

  void keep_scalar(Frame& frame, const WireField& field) {
    switch (frame.kind) {
      case Message::kModel:
        if (field.number == ModelField::kIrVersion) scan_.ir_version = static_cast<int64_t>(field.value);
        if (field.number == ModelField::kProducerName) scan_.producer_name = printable(field.text());
        if (field.number == ModelField::kProducerVersion) scan_.producer_version = printable(field.text());
        break;
      case Message::kNode:
        if (field.number == NodeField::kName) frame.name = field.text();
        if (field.number == NodeField::kOpType) note_operator(field.text());
        break;
      case Message::kTensorType:
        if (is_type_of_value(frame)) note_type(static_cast<int32_t>(field.value));
        break;
      case Message::kOpset:
        if (field.number == OpsetField::kDomain) opset_.domain = printable(field.text());
        if (field.number == OpsetField::kVersion) opset_.version = static_cast<int64_t>(field.value);
        break;
      case Message::kDim:
        stack_[stack_.size() - 2].product.multiply(static_cast<int64_t>(field.value));
        break;
      default:
        // Each of the others has its name as its only scalar.
        frame.name = field.text();
    }
  }

  bool in_training() const noexcept { return stack_.size() > 1 && stack_[1].kind == Message::kTraining; }

  void note_operator(std::string_view op) {
    if (op == "EPContext") ++scan_.num_ep_context_nodes;
    if (!in_training()) scan_.quantised |= is_quantised(op);
  }

  void note_type(int32_t data_type) noexcept {
    if (in_training()) return;
    scan_.float16 |= data_type == onnx_type::kFloat16;
    scan_.bfloat16 |= data_type == onnx_type::kBfloat16;
  }

  // Not what a sequence or a map has in it.
  bool is_type_of_value(const Frame& frame) const noexcept {
    return frame.number == TypeField::kTensor && stack_[stack_.size() - 3].kind == Message::kValueInfo;
  }

  void count(Message child) {
    if (child == Message::kNode && ++scan_.num_nodes > limits_.nodes) {
      refuse_limit("too-many-nodes", "nodes", scan_.num_nodes, limits_.nodes, "the nodes of the model are at least");
    }
    if (child == Message::kFunction) ++scan_.num_functions;
  }

  void finish(const Frame& frame) {
    if (frame.kind == Message::kOpset) add_opset();
    if (frame.kind == Message::kShape) check_elements(frame.product);
    if (frame.kind == Message::kSparse) {
      // ONNX Runtime makes it dense, and refuses it only then when it is larger than an embedded tensor may be.
      const uint64_t dense = frame.product.bytes(element_bits(frame.data_type));
      check_elements(frame.product);
      if (dense > kMaxModelBytes) {
        refuse_model("too-many-bytes",
                     "a sparse tensor has " + std::to_string(dense) +
                         " bytes when it is made dense, more than the 2 GiB that ONNX allows",
                     {{"received", static_cast<double>(dense)}});
      }
      add_bytes(dense, frame.data_type);
    }
  }

  void check_elements(const DimProduct& product) {
    if (product.elements() <= limits_.elements) return;
    std::string place = steps();
    place.resize(place.size() - std::min<size_t>(place.size(), 3));
    refuse_limit("too-many-elements", "elements", product.elements(), limits_.elements,
                 "the elements that a shape has (" + place + ") are");
  }

  void add_bytes(uint64_t bytes, int32_t data_type) {
    if (bytes > limits_.declared_bytes - scan_.declared_bytes) {
      refuse_limit("too-many-bytes", "declaredBytes", scan_.declared_bytes + std::min(bytes, uint64_t{1} << 62),
                   limits_.declared_bytes, "the bytes of the model's tensors are at least");
    }
    scan_.declared_bytes += bytes;
    if (bytes > 0) scan_.bytes_by_type[static_cast<size_t>(data_type)] += bytes;  // a type of known size
  }

  void expand_functions() {
    scan_.num_expanded_nodes = scan_.num_functions == 0 ? scan_.num_nodes : count_expanded_nodes(model_);
    if (scan_.num_expanded_nodes <= limits_.nodes) return;
    refuse_limit("too-many-nodes", "nodes", scan_.num_expanded_nodes, limits_.nodes,
                 "the nodes of the model, with calls of its local functions written out, are");
  }

  void add_opset() {
    if (scan_.opset_imports.size() == kMaxOpsetImports) {
      refuse_model("malformed", "the model imports more than " + std::to_string(kMaxOpsetImports) + " operator sets");
    }
    scan_.opset_imports.push_back(std::exchange(opset_, {}));
  }

  void check_complete(uint32_t seen) const {
    const auto has = [&](uint32_t number) { return (seen & (uint32_t{1} << number)) != 0; };
    if (!has(ModelField::kIrVersion)) refuse_unknown();
    if (!has(ModelField::kGraph)) {
      // Its first two fields have the numbers and types of ModelProto's.
      const char* hint = scan_.ir_version == 1 ? "; it may be a TensorFlow SavedModel, which tf2onnx converts" : "";
      refuse_model("no-graph", std::string("the model has no graph") + hint);
    }
    if (scan_.opset_imports.empty()) {
      refuse_model("no-opset", "the model does not say which operator set it uses; it may be cut short");
    }
  }

  void scan_tensor(const WireField& field) {
    TensorHead head;
    const TensorFault fault = read_tensor_head(field.bytes, head);
    if (fault.fault != WireFault::kNone) refuse_fault(fault.fault, static_cast<size_t>(fault.at - model_.data()));
    if (stack_.back().kind == Message::kSparse && field.number == SparseField::kValues) {
      stack_.back().data_type = head.data_type;
    }
    if (stack_.back().kind == Message::kGraph) note_type(head.data_type);
    if (head.external || is_memory_address(head.location)) add_external_ref(head, field.number);
    check_elements(head.product);
    add_bytes(head.product.bytes(element_bits(head.data_type)), head.data_type);
  }

  void add_external_ref(const TensorHead& head, uint32_t number) {
    if (scan_.external_refs.size() == kMaxExternalRefs) {
      refuse_model("bad-external-data",
                   "the model has more than " + std::to_string(kMaxExternalRefs) + " tensors with external data");
    }
    const bool initializer =
        stack_.size() == 2 && stack_.back().kind == Message::kGraph && number == GraphField::kInitializer;
    const auto place = initializer ? TensorPlace::kInitializer : TensorPlace::kElsewhere;
    scan_.external_refs.push_back(make_external_ref(head, place, where(number)));
  }

  // The last steps from the model to where the scan stands. Only these: a hostile file can have very many tensors very
  // deep.
  std::string steps() const {
    constexpr size_t kSteps = 4;
    std::string text;
    for (size_t i = stack_.size() > kSteps ? stack_.size() - kSteps : 1; i < stack_.size(); ++i) {
      if (describe(stack_[i]) == nullptr) continue;
      text += describe(stack_[i]);
      if (!stack_[i].name.empty()) text += " '" + printable(stack_[i].name, 64) + "'";
      text += " > ";
    }
    return text;
  }

  // The same for a tensor in field `number` of the innermost message.
  std::string where(uint32_t number) const {
    std::string text = steps();
    switch (stack_.back().kind) {
      case Message::kGraph:
        return text + "initializer";
      case Message::kSparse:
        return text + (number == SparseField::kValues ? "values" : "indices");
      default:
        return text + "tensor";
    }
  }

  static const char* describe(const Frame& frame) noexcept {
    switch (frame.kind) {
      case Message::kGraph:
        return "graph";
      case Message::kNode:
        return "node";
      case Message::kAttribute:
        return "attribute";
      case Message::kFunction:
        return "function";
      case Message::kTraining:
        return "training";
      case Message::kSparse:
        return frame.number == GraphField::kSparseInitializer ? "sparse initializer" : "sparse tensor";
      case Message::kValueInfo:
        return "value";
      case Message::kShape:
        return "shape";
      default:
        return nullptr;  // a step that says nothing
    }
  }

  [[noreturn]] void refuse_unknown() const {
    refuse_model("not-onnx", "this is not an ONNX model; its content is of no kind that is known here",
                 {{"looksLike", "unknown"}});
  }

  [[noreturn]] static void refuse_limit(const char* reason, const char* limit_name, uint64_t found, uint64_t limit,
                                        const std::string& what) {
    const std::string option = std::string("options.limits.") + limit_name;
    const std::string most = std::to_string(limit);
    refuse_model(reason,
                 what + " " + std::to_string(found) + ", more than the " + most + " of " + option +
                     "; raise it if you trust the model",
                 {{"option", option}, {"expected", "at most " + most}, {"received", static_cast<double>(found)}});
  }

  [[noreturn]] void refuse_malformed(size_t at, const std::string& what) const {
    refuse_model("malformed", "the model is damaged: " + what + " at byte " + std::to_string(at),
                 {{"offset", static_cast<double>(at)}});
  }

  [[noreturn]] void refuse_fault(WireFault fault, size_t at) const {
    const Frame& model = stack_.front();
    // Before the first good field there is no sign that this is ONNX at all.
    if (model.seen == 0 && !(fault == WireFault::kTruncated && model_.size() < 16)) refuse_unknown();
    if (fault == WireFault::kMalformed) refuse_malformed(at, "no field can be read");
    if (stack_.size() > 1) refuse_malformed(at, "a field reaches past the end of its message");
    refuse_model("truncated",
                 "the model is cut short: it ends at byte " + std::to_string(model_.size()) +
                     ", inside the field that starts at byte " + std::to_string(at),
                 {{"offset", static_cast<double>(at)}, {"bytes", static_cast<double>(model_.size())}});
  }

  std::span<const std::byte> model_;
  const ScanLimits& limits_;
  std::vector<Frame> stack_;
  OpsetImport opset_;
  OnnxScan scan_;
};

void refuse_other_kinds(std::span<const std::byte> model) {
  const FileKind* kind = recognise_file(model, model.size());
  if (kind == nullptr) return;
  std::string message = "this is not an ONNX model but " + std::string(kind->name);
  if (!kind->advice.empty()) message += "; " + std::string(kind->advice);
  refuse_model("not-onnx", std::move(message), {{"looksLike", std::string(kind->name)}});
}

}  // namespace

uint64_t ExternalRef::extent() const noexcept { return std::max(length.value_or(0), needed_bytes.value_or(0)); }

OnnxScan scan_onnx(std::span<const std::byte> model, const ScanLimits& limits) {
  if (model.empty()) refuse_model("empty", "the model is empty: it has no bytes");
  refuse_other_kinds(model);
  if (model.size() > kMaxModelBytes) {
    refuse_model("too-large", "the model has " + std::to_string(model.size()) +
                                  " bytes, but an ONNX file can have 2 GiB at most; save its weights as external data");
  }
  return Scanner(model, limits).run();
}

}  // namespace ntrt
