#pragma once

namespace lab::engine {
class KernelRegistry;

/// What lowered text itself calls, beside the function table's kernels:
/// `lab_at_most_one_row(count)`: true, or SCALAR_SUBQUERY_TOO_MANY_ROWS;
/// `lab_recursion_rounds(round, most)`, `lab_recursion_rows(count, most)`: true, or RECURSION_LEVEL_LIMIT_EXCEEDED, RECURSION_ROW_LIMIT_EXCEEDED;
/// `lab_sample_point(row, seed)`: a number in [0, 1) that depends on nothing else;
/// `lab_sample_count(row, seed, mean)`: how often sampling with replacement takes a row (Poisson).
void register_lowering_kernels(KernelRegistry& registry);

}  // namespace lab::engine
