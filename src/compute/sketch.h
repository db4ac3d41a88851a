#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compute/java_random.h"

/// Summaries of many values, bit for bit as Spark makes them.
namespace lab::compute {

/// histogram_numeric: at most n bins; when one too many, the two nearest become one.
class Histogram {
 public:
  struct Bin {
    double x, y;
  };
  explicit Histogram(int most) : most_(most) {}
  void add(double value);
  const std::vector<Bin>& bins() const { return bins_; }

 private:
  void trim();

  int most_;
  std::vector<Bin> bins_;
  JavaRandom ties_{31183};
};

/// count_min_sketch: counters in `depth` rows, a hash function each.
class CountMinSketch {
 public:
  CountMinSketch(double eps, double confidence, std::int32_t seed);
  void add(std::int64_t value);
  void add(std::string_view value);
  /// As Spark's CountMinSketch.writeTo writes it.
  std::string bytes() const;

 private:
  void count(std::size_t row, std::int32_t bucket) { ++table_[row * static_cast<std::size_t>(width_) + static_cast<std::size_t>(bucket)]; }

  std::int32_t depth_, width_;
  std::int64_t total_ = 0;
  std::vector<std::int64_t> factors_, table_;
};

}  // namespace lab::compute
