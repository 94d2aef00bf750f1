#pragma once
// cuda.h, with its functions exported: the only ones of this library beside standin.h's. To be included first.

#pragma GCC visibility push(default)
#include <cuda.h>
#include <cudaTypedefs.h>
#pragma GCC visibility pop

#include "test/standins/cuda/standin.h"
