#pragma once

#include "plan/bound.h"
#include "types/value.h"

namespace lab::functions {

/// The value of a literal, and of a NULL in any cast: it stays NULL. Null for everything else.
const types::Value* constant_in(const plan::bound::Expression& expression);

}  // namespace lab::functions
