#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

namespace lab::engine {

void register_all_kernels(KernelRegistry& registry) {
  register_integer_kernels(registry);
  register_real_kernels(registry);
  register_decimal_kernels(registry);
  register_cast_kernels(registry);
  register_sum_kernels(registry);
}

}  // namespace lab::engine
