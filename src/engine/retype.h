#pragma once

#include <string>

namespace lab::engine {
class KernelRegistry;

/// `lab_retype(value, NULL::type)`: the same bits as another type of the same layout (struct fields renamed, TIMESTAMP as TIMESTAMP
/// WITH TIME ZONE). For writing files, where names and instants matter.
void register_retype(KernelRegistry& registry);

}  // namespace lab::engine
