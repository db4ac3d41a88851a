#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

namespace lab::engine {

void register_all_kernels(KernelRegistry& registry) {
  register_integer_kernels(registry);
  register_real_kernels(registry);
  register_decimal_kernels(registry);
  register_exact_kernels(registry);
  register_cast_kernels(registry);
  register_sum_kernels(registry);
  register_pair_kernels(registry);
  register_calendar_kernels(registry);
  register_datetime_text_kernels(registry);
  register_interval_kernels(registry);
  register_text_kernels(registry);
  register_pattern_kernels(registry);
  register_list_kernels(registry);
  register_map_kernels(registry);
  register_hash_kernels(registry);
  register_format_kernels(registry);
  register_json_kernels(registry);
  register_misc_kernels(registry);
  register_time_window_kernels(registry);
  register_crypto_kernels(registry);
  register_variant_kernels(registry);
  register_sketch_kernels(registry);
  register_hll_kernels(registry);
  register_extreme_kernels(registry);
  register_random_kernels(registry);
  register_xml_kernels(registry);
  register_order_kernels(registry);
  register_percentile_kernels(registry);
  register_mode_kernels(registry);
  register_vector_kernels(registry);
}

}  // namespace lab::engine
