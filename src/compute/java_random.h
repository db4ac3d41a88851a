#pragma once

#include <cstdint>

/// Random numbers as the JVM makes them, so that a seed means what it means to Spark.
namespace lab::compute {

/// java.util.Random.
class JavaRandom {
 public:
  explicit JavaRandom(std::int64_t seed) : state_((seed ^ kMultiplier) & kMask) {}
  std::int32_t next(int bits);
  double next_double();
  std::int32_t next_int(std::int32_t bound);

 private:
  static constexpr std::int64_t kMultiplier = 0x5DEECE66DLL, kMask = (1LL << 48) - 1;
  std::int64_t state_;
};

/// Spark's XORShiftRandom: rand(), randn(), randstr() and uniform() draw from one a partition.
class SparkRandom {
 public:
  explicit SparkRandom(std::int64_t seed);
  std::int32_t next(int bits);
  double next_double();
  double next_gaussian();
  /// As after that many calls of next_double().
  void skip(std::uint64_t draws);

 private:
  std::int64_t state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace lab::compute
