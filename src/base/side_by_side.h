#pragma once

#include <cstddef>
#include <functional>

namespace lab {

/// Runs `work(0)` … `work(count - 1)` on up to `num_threads` threads and waits. The first exception ends what has not begun and is
/// thrown.
void run_side_by_side(std::size_t count, std::size_t num_threads, const std::function<void(std::size_t)>& work);

}  // namespace lab
