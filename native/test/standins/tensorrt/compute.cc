#include "test/standins/tensorrt/compute.h"

#include <cstring>
#include <map>
#include <stdexcept>

#include "test/standins/settings.h"

namespace standin {
namespace {

class Stub final : public Compute {
 public:
  explicit Stub(ModelPtr model) : model_(std::move(model)) {}

  void run(std::span<const ComputeTensor> inputs, std::span<const ComputeTensor> outputs) const override {
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto bytes = static_cast<size_t>(volume(outputs[i].dims) * element_bytes(model_->outputs[i].type));
      const auto source = static_cast<size_t>(volume(inputs[0].dims) * element_bytes(model_->inputs[0].type));
      const int64_t rows = rows_of(outputs[i].dims);
      if (rows == rows_of(inputs[0].dims) && rows > 0) {
        for (int64_t row = 0; row < rows; ++row) {
          const size_t to = bytes / static_cast<size_t>(rows);
          const size_t from = source / static_cast<size_t>(rows);
          repeat(static_cast<std::byte*>(outputs[i].data) + to * static_cast<size_t>(row), to,
                 static_cast<const std::byte*>(inputs[0].data) + from * static_cast<size_t>(row), from);
        }
      } else {
        repeat(static_cast<std::byte*>(outputs[i].data), bytes, static_cast<const std::byte*>(inputs[0].data), source);
      }
    }
  }

  std::vector<Dims> shapes(std::span<const Dims> inputs) const override {
    std::map<std::string, int64_t> sizes;
    for (size_t i = 0; i < inputs.size(); ++i) {
      for (size_t d = 0; d < model_->inputs[i].symbols.size(); ++d) {
        sizes[model_->inputs[i].symbols[d]] = inputs[i].d[d];
      }
    }
    std::vector<Dims> results;
    for (const ModelTensor& output : model_->outputs) {
      Dims dims = output.dims;
      if (dims.nbDims < 0) throw std::runtime_error("the stub needs the rank of output " + output.name);
      for (int32_t d = 0; d < dims.nbDims; ++d) {
        if (dims.d[d] >= 0) continue;
        const auto found = sizes.find(output.symbols[static_cast<size_t>(d)]);
        if (found == sizes.end() || found->first.empty()) {
          throw std::runtime_error("the stub needs a dimension of output " + output.name + " that no input names");
        }
        dims.d[d] = found->second;
      }
      results.push_back(dims);
    }
    return results;
  }

 private:
  static int64_t rows_of(const Dims& dims) { return dims.nbDims > 0 ? dims.d[0] : 0; }

  static void repeat(std::byte* to, size_t bytes, const std::byte* from, size_t size) {
    for (size_t at = 0; at < bytes && size > 0; at += size) std::memcpy(to + at, from, std::min(size, bytes - at));
  }

  ModelPtr model_;
};

}  // namespace

std::unique_ptr<Compute> make_compute(ModelPtr model) {
  const std::string kind = text_setting("STANDIN_TENSORRT_COMPUTE").value_or("onnxruntime");
  if (kind == "stub") return std::make_unique<Stub>(std::move(model));
  if (kind == "onnxruntime") return make_onnxruntime_compute(std::move(model));
  throw std::runtime_error("STANDIN_TENSORRT_COMPUTE is stub or onnxruntime, not " + kind);
}

}  // namespace standin
