#pragma once

#include <array>

/// Curves of the estimators in hll.cpp. They were found by simulation and are part of what a sketch means, so they are
/// the numbers of Apache DataSketches itself (datasketches-java 6.2.0, Apache License 2.0).
namespace lab::compute {

inline constexpr std::size_t kHllCurveSize = 257;
/// For each lg_k from 4: the raw estimate where kHllSteps[lg_k - 4] times the index values were seen.
extern const std::array<std::array<double, kHllCurveSize>, 18> kHllCurves;
extern const std::array<double, 18> kHllSteps;
/// How many values it takes, on average, for so many different coupons.
extern const std::array<double, 40> kCouponCounts, kCouponValues;

}  // namespace lab::compute
