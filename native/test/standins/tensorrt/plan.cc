#include "test/standins/tensorrt/plan.h"

#include <NvInferVersion.h>

#include <cstring>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace standin {
namespace {

constexpr std::string_view kMagic = "STANDIN PLAN 1\n";
#ifdef TRT_MAJOR_RTX
constexpr int32_t kFlavour = 2;
#else
constexpr int32_t kFlavour = 1;
#endif

/// Both directions in one, so that they cannot differ: `visit(archive, plan)` names the parts once.
class Writer {
 public:
  template <typename T>
    requires std::is_arithmetic_v<T>
  void part(const T& value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void part(const std::string& text) {
    part(text.size());
    text_ += text;
  }
  void part(const Dims& dims) {
    part(dims.nbDims);
    for (const int64_t size : dims.d) part(size);
  }
  template <typename T>
  void part(const std::vector<T>& items) {
    part(items.size());
    for (const T& item : items) part(item);
  }
  void part(const ProfileTable& table) {
    part(table.size());
    for (const auto& [name, shapes] : table) {
      part(name);
      for (const Dims& dims : shapes.dims) part(dims);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  template <typename T>
    requires std::is_arithmetic_v<T>
  void part(T& value) {
    std::memcpy(&value, take(sizeof(value)).data(), sizeof(value));
  }
  void part(std::string& text) { text = take(size()); }
  void part(Dims& dims) {
    part(dims.nbDims);
    for (int64_t& size : dims.d) part(size);
  }
  template <typename T>
  void part(std::vector<T>& items) {
    items.resize(size());
    for (T& item : items) part(item);
  }
  void part(ProfileTable& table) {
    for (size_t left = size(); left > 0; --left) {
      std::string name;
      part(name);
      for (Dims& dims : table[name].dims) part(dims);
    }
  }

 private:
  size_t size() {
    size_t value = 0;
    part(value);
    if (value > rest_.size()) throw std::out_of_range("truncated");
    return value;
  }
  std::string_view take(size_t bytes) {
    if (bytes > rest_.size()) throw std::out_of_range("truncated");
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::string_view rest_;
};

template <typename Archive, typename PlanT>
void visit_header(Archive& archive, PlanT& plan) {
  for (auto& number : plan.version) archive.part(number);
  archive.part(plan.targets);
}

template <typename Archive, typename PlanT, typename Text>
void visit_body(Archive& archive, PlanT& plan, Text& bytes, Text& path) {
  archive.part(plan.name);
  archive.part(plan.flags);
  archive.part(plan.hardware);
  archive.part(plan.verbosity);
  archive.part(plan.profiles);
  archive.part(bytes);
  archive.part(path);
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Header {
  int32_t flavour = 0;
  size_t body_bytes = 0;
  uint64_t sum = 0;
};

PlanFault read_header(std::string_view text, Header& header, Plan& plan) {
  if (text.substr(0, kMagic.size()) != kMagic) return PlanFault::kNotAPlan;
  if (text.size() < kPlanHeaderBytes) return PlanFault::kTruncated;
  Reader reader(text.substr(kMagic.size(), kPlanHeaderBytes - kMagic.size()));
  reader.part(header.flavour);
  reader.part(header.body_bytes);
  reader.part(header.sum);
  if (header.flavour != kFlavour) return PlanFault::kOtherFlavour;
  visit_header(reader, plan);
  return PlanFault::kNone;
}

}  // namespace

uint64_t checksum(std::string_view bytes) {
  uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return hash;
}

std::array<int32_t, 4> library_version() {
  return {NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR, NV_TENSORRT_PATCH, NV_TENSORRT_BUILD};
}

std::string write_plan(const Plan& plan) {
  Writer body;
  visit_body(body, plan, plan.model->bytes, plan.model->path);
  Writer head;
  head.part(kFlavour);
  head.part(body.text().size());
  head.part(checksum(body.text()));
  visit_header(head, plan);
  std::string header = std::string(kMagic) + head.text();
  if (header.size() > kPlanHeaderBytes) throw std::length_error("too many compute capabilities");
  header.resize(kPlanHeaderBytes);
  return header + body.text();
}

PlanReading read_plan_header(std::span<const std::byte> bytes) {
  Header header;
  PlanReading reading;
  reading.fault = read_header(as_text(bytes), header, reading.plan);
  return reading;
}

PlanReading read_plan(std::span<const std::byte> bytes) {
  Header header;
  PlanReading reading;
  reading.fault = read_header(as_text(bytes), header, reading.plan);
  if (reading.fault != PlanFault::kNone) return reading;
  const std::string_view body = as_text(bytes).substr(kPlanHeaderBytes, header.body_bytes);
  if (body.size() < header.body_bytes) return {PlanFault::kTruncated, {}};
  if (checksum(body) != header.sum) return {PlanFault::kDamaged, {}};
  Reader reader(body);
  std::string model;
  std::string path;
  visit_body(reader, reading.plan, model, path);
  reading.plan.model = read_model(std::move(model), std::move(path));
  return reading;
}

std::string_view text_of(PlanFault fault) {
  switch (fault) {
    case PlanFault::kNone:
      return "";
    case PlanFault::kNotAPlan:
      return "the bytes are no engine";
    case PlanFault::kOtherFlavour:
      return "the engine was built by the other kind of TensorRT";
    case PlanFault::kTruncated:
      return "the engine is truncated";
    case PlanFault::kDamaged:
      return "the engine is damaged: its checksum is another";
  }
  return "";
}

}  // namespace standin
