#pragma once
// IOptimizationProfile: the shapes that an engine is built for.

#include <array>
#include <map>
#include <string>
#include <vector>

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
  // Values of shape tensors are kept, and no more.
  bool setShapeValuesV2(const char* input, nvinfer1::OptProfileSelector select, const int64_t* values,
                        int32_t number) noexcept override;
  const int64_t* getShapeValuesV2(const char* input, nvinfer1::OptProfileSelector select) const noexcept override;
  int32_t getNbShapeValues(const char* input) const noexcept override;
  bool setExtraMemoryTarget(float target) noexcept override;
  float getExtraMemoryTarget() const noexcept override { return extra_memory_; }
  bool isValid() const noexcept override;

  const ProfileTable& table() const { return table_; }

 private:
  Voice voice_;
  ProfileTable table_;
  std::map<std::string, std::array<std::vector<int64_t>, 3>, std::less<>> values_;
  float extra_memory_ = 1;
};

}  // namespace standin
