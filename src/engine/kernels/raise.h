#pragma once

#include "base/error.h"

namespace lab::engine {

/// Ends a kernel with a user's error. It travels through DuckDB as one wrapper exception whose extra-info map carries the
/// condition's name and the parameters; `Instance` rebuilds the same Error from it. Registers the condition, so that it is found again.
///
/// A kernel may as well throw lab::Error (or call `compute`, which does): KernelRegistry wraps scalar callbacks, and
/// raising<…>() wraps an aggregate's.
[[noreturn]] void raise(const Condition& condition, Error::Parameters parameters = {});
[[noreturn]] void raise(const Error& error);

}  // namespace lab::engine
