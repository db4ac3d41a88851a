#pragma once

namespace lab::engine {

class KernelRegistry;

void register_integer_kernels(KernelRegistry& registry);
void register_real_kernels(KernelRegistry& registry);
void register_decimal_kernels(KernelRegistry& registry);
void register_exact_kernels(KernelRegistry& registry);
void register_cast_kernels(KernelRegistry& registry);
void register_sum_kernels(KernelRegistry& registry);
void register_pair_kernels(KernelRegistry& registry);
void register_text_kernels(KernelRegistry& registry);
void register_pattern_kernels(KernelRegistry& registry);
void register_calendar_kernels(KernelRegistry& registry);
void register_datetime_text_kernels(KernelRegistry& registry);
void register_interval_kernels(KernelRegistry& registry);
void register_list_kernels(KernelRegistry& registry);
void register_map_kernels(KernelRegistry& registry);
void register_hash_kernels(KernelRegistry& registry);
void register_json_kernels(KernelRegistry& registry);
void register_format_kernels(KernelRegistry& registry);
void register_misc_kernels(KernelRegistry& registry);
void register_time_window_kernels(KernelRegistry& registry);
void register_crypto_kernels(KernelRegistry& registry);
void register_variant_kernels(KernelRegistry& registry);
void register_sketch_kernels(KernelRegistry& registry);
void register_hll_kernels(KernelRegistry& registry);
void register_extreme_kernels(KernelRegistry& registry);
void register_random_kernels(KernelRegistry& registry);
void register_xml_kernels(KernelRegistry& registry);
void register_order_kernels(KernelRegistry& registry);
void register_percentile_kernels(KernelRegistry& registry);
void register_mode_kernels(KernelRegistry& registry);
void register_vector_kernels(KernelRegistry& registry);

}  // namespace lab::engine
