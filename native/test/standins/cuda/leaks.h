#pragma once

#include "test/standins/cuda/state.h"

namespace standin {

/// Reports what exists of a context, or of all if it is null; nothing of one that is lost, where nothing can be given
/// back. Returns whether there was something.
bool report_leaks(State& state, const Context* context);

}  // namespace standin
