#pragma once
// The rules by which shapes are found, each for one operator or some that are alike. A rule fills what it can say of
// the results and leaves the rest unknown. infer_node.cc says which operator has which.

#include "model/shapes/node.h"

namespace ntrt::shapes {

using Rule = void (*)(Node& node);

// elementwise.cc
void in_place(Node& node);    // of the shape of the first input
void same_shape(Node& node);  // likewise, but never in its memory
void broadcast(Node& node);
void compare(Node& node);
void where(Node& node);
void cast(Node& node);
void identity(Node& node);

// windows.cc
void conv(Node& node);
void conv_transpose(Node& node);
void pool(Node& node);
void global_pool(Node& node);

// products.cc
void matmul(Node& node);
void gemm(Node& node);

// parts.cc
void concat(Node& node);
void gather(Node& node);
void slice(Node& node);
void split(Node& node);

// reshaping.cc
void reshape(Node& node);
void flatten(Node& node);
void squeeze(Node& node);
void unsqueeze(Node& node);
void transpose(Node& node);

// reducing.cc
void reduce(Node& node);
void arg_reduce(Node& node);

// sizes.cc
void constant(Node& node);
void constant_of_shape(Node& node);
void shape(Node& node);
void expand(Node& node);
void resize(Node& node);

}  // namespace ntrt::shapes
