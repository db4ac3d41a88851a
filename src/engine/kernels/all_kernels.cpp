#include "engine/kernels/registry.h"

namespace lab::engine {

void register_all_kernels(KernelRegistry& /*registry*/) {}

}  // namespace lab::engine
