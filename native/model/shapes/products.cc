// Products of matrices.

#include <utility>

#include "model/shapes/rules.h"

namespace ntrt::shapes {

void matmul(Node& node) {
  if (node.dims(0) == nullptr || node.dims(1) == nullptr) return;
  Dims a = *node.dims(0);
  Dims b = *node.dims(1);
  if (a.empty() || b.empty()) return;
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), 1);
  if (column) b.push_back(1);
  const int64_t m = a[a.size() - 2];
  const int64_t n = b.back();
  if (a.back() != b[b.size() - 2]) return;
  Dims result(a.begin(), a.end() - 2);
  if (!join(result, Dims(b.begin(), b.end() - 2))) return;
  if (!row) result.push_back(m);
  if (!column) result.push_back(n);
  node.out().dims = std::move(result);
}

void gemm(Node& node) {
  const Dims* a = node.dims(0);
  const Dims* b = node.dims(1);
  if (a == nullptr || b == nullptr || a->size() != 2 || b->size() != 2) return;
  const bool a_turned = node.outline.int_attribute("transA", 0) != 0;
  const bool b_turned = node.outline.int_attribute("transB", 0) != 0;
  node.out().dims = Dims{(*a)[a_turned ? 1 : 0], (*b)[b_turned ? 0 : 1]};
}

}  // namespace ntrt::shapes
