#pragma once

#include <string>

namespace lab::engine {
class KernelRegistry;

/// `lab_retype(value, NULL::type)`: the same bits as another type of the same layout (struct fields renamed). For writing
/// files, where names matter.
void register_retype(KernelRegistry& registry);

}  // namespace lab::engine
