#pragma once
// IOptimizationProfile: the shapes that an engine is built for.

#include <array>
#include <map>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/shapes.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

/// Least, best, most; each of rank -1 until it is given.
struct ProfileShapes {
  std::array<Dims, 3> dims = {no_dims(), no_dims(), no_dims()};

  const Dims& min() const { return dims[0]; }
  const Dims& opt() const { return dims[1]; }
  const Dims& max() const { return dims[2]; }
  bool is_valid() const;
  bool holds(const Dims& shape) const;
};

/// By the name of the input.
using ProfileTable = std::map<std::string, ProfileShapes, std::less<>>;

class Profile final : public nvinfer1::loud::OptimizationProfile {
 public:
  explicit Profile(Voice voice) : voice_(voice) {}

  bool setDimensions(const char* input, nvinfer1::OptProfileSelector select, const Dims& dims) noexcept override;
  Dims getDimensions(const char* input, nvinfer1::OptProfileSelector select) const noexcept override;
  int32_t getNbShapeValues(const char*) const noexcept override { return -1; }
  bool setExtraMemoryTarget(float target) noexcept override;
  float getExtraMemoryTarget() const noexcept override { return extra_memory_; }
  bool isValid() const noexcept override;

  const ProfileTable& table() const { return table_; }

 private:
  Voice voice_;
  ProfileTable table_;
  float extra_memory_ = 1;
};

}  // namespace standin
