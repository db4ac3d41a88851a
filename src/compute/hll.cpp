#include "compute/hll.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "compute/hll_tables.h"

namespace lab::compute {

namespace {

constexpr int kSlotBits = 26;
constexpr std::uint32_t kSlotMask = (1U << kSlotBits) - 1;
constexpr std::size_t kListSize = 8, kFirstTableSize = 32;
constexpr std::size_t kListStart = 8, kTableStart = 12, kSlotsStart = 40;
constexpr std::uint8_t kFamily = 7, kVersion = 1, kEmptyFlag = 4, kCompactFlag = 8, kOutOfOrderFlag = 16,
                       kStaleFlag = 32;
constexpr std::uint8_t kEightBits = 2;  ///< of a slot; 0 is four, 1 is six
constexpr std::uint64_t kSeed = 9001;

template <typename T>
T load(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <typename T>
void store(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::uint64_t finish(std::uint64_t hash) {
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ hash >> 33;
}

/// MurmurHash3 for 64-bit machines, 128 bits.
std::pair<std::uint64_t, std::uint64_t> murmur128(std::string_view bytes) {
  constexpr std::uint64_t kFirst = 0x87c37b91114253d5ULL, kSecond = 0x4cf5ad432745937fULL;
  std::uint64_t a = kSeed, b = kSeed;
  const auto mix_a = [&](std::uint64_t key) { a ^= std::rotl(key * kFirst, 31) * kSecond; };
  const auto mix_b = [&](std::uint64_t key) { b ^= std::rotl(key * kSecond, 33) * kFirst; };
  std::size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    mix_a(load<std::uint64_t>(bytes, at));
    a = (std::rotl(a, 27) + b) * 5 + 0x52dce729U;
    mix_b(load<std::uint64_t>(bytes, at + 8));
    b = (std::rotl(b, 31) + a) * 5 + 0x38495ab5U;
  }
  char tail[16] = {};
  std::memcpy(tail, bytes.data() + at, bytes.size() - at);
  if (bytes.size() - at > 8) mix_b(load<std::uint64_t>({tail, 16}, 8));
  if (bytes.size() > at) mix_a(load<std::uint64_t>({tail, 16}, 0));
  a ^= bytes.size();
  b ^= bytes.size();
  a += b;
  b += a;
  a = finish(a);
  b = finish(b);
  a += b;
  b += a;
  return {a, b};
}

std::uint32_t coupon_of(std::string_view bytes) {
  const auto [low, high] = murmur128(bytes);
  const auto value = static_cast<std::uint32_t>(std::min(std::countl_zero(high), 62) + 1);
  return value << kSlotBits | (static_cast<std::uint32_t>(low) & kSlotMask);
}

double inverse_power(int exponent) { return std::ldexp(1.0, -exponent); }

/// The cubic through four points (Lagrange).
double cubic(const double (&x)[4], const double (&y)[4], double at) {
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double above = 1, below = 1;
    for (std::size_t j = 0; j < 4; ++j) {
      if (j == i) continue;
      above *= at - x[j];
      below *= x[i] - x[j];
    }
    sum += y[i] * above / below;
  }
  return sum;
}

/// y at `at` on a curve given by points with rising x; `at` lies between the first and the last.
template <typename Y>
double interpolated(std::span<const double> xs, Y y, double at) {
  if (at == xs.back()) return y(xs.size() - 1);
  const auto right = static_cast<std::size_t>(std::ranges::upper_bound(xs, at) - xs.begin());
  const std::size_t from = right == 1 ? 0 : std::min(right - 2, xs.size() - 4);
  return cubic({xs[from], xs[from + 1], xs[from + 2], xs[from + 3]}, {y(from), y(from + 1), y(from + 2), y(from + 3)},
               at);
}

/// How many values make so many different coupons.
double values_of_coupons(std::size_t num_coupons) {
  const auto count = static_cast<double>(num_coupons);
  return std::max(interpolated(kCouponCounts, [](std::size_t i) { return kCouponValues[i]; }, count), count);
}

/// 1 + 1/2 + … + 1/n
double harmonic(std::size_t n) {
  if (n < 25) {
    double sum = 0;
    for (std::size_t i = n; i > 0; --i) sum += 1.0 / static_cast<double>(i);
    return sum;
  }
  const auto x = static_cast<double>(n);
  const double square = 1 / (x * x);
  return std::log(x) + 0.577215664901532860606512090082 + 1 / (2 * x) -
         square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square / 240)));
}

}  // namespace

HllSketch::HllSketch(int lg_k) : lg_k_(lg_k), coupons_(kListSize) {}

void HllSketch::add(std::int64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  add_coupon(coupon_of({bytes, sizeof bytes}));
}

void HllSketch::add(std::string_view bytes) {
  if (!bytes.empty()) add_coupon(coupon_of(bytes));
}

void HllSketch::add_coupon(Coupon coupon) {
  switch (mode_) {
    case Mode::List:
      return add_to_list(coupon);
    case Mode::Table:
      return add_to_table(coupon);
    case Mode::Slots:
      return add_to_slots(coupon);
  }
}

void HllSketch::add_to_list(Coupon coupon) {
  const auto end = coupons_.begin() + static_cast<std::ptrdiff_t>(num_coupons_);
  if (std::find(coupons_.begin(), end, coupon) != end) return;
  coupons_[num_coupons_++] = coupon;
  if (num_coupons_ < kListSize) return;
  if (lg_k_ < 8) return become_slots();
  mode_ = Mode::Table;
  std::vector<Coupon> list = std::exchange(coupons_, std::vector<Coupon>(kFirstTableSize));
  for (const Coupon one : list) insert(coupons_, one);
}

bool HllSketch::insert(std::vector<Coupon>& table, Coupon coupon) {
  const auto mask = static_cast<std::uint32_t>(table.size() - 1);
  const std::uint32_t stride = (coupon & kSlotMask) >> std::countr_zero(table.size()) | 1U;
  std::uint32_t at = coupon & mask;
  // The stride is odd, so that every place is probed once.
  for (std::size_t probes = 0; probes < table.size(); ++probes, at = (at + stride) & mask) {
    if (table[at] == coupon) return false;
    if (table[at] != 0) continue;
    table[at] = coupon;
    return true;
  }
  return false;
}

void HllSketch::add_to_table(Coupon coupon) {
  if (!insert(coupons_, coupon)) return;
  ++num_coupons_;
  if (4 * num_coupons_ <= 3 * coupons_.size()) return;
  if (coupons_.size() >= num_slots() / 8) return become_slots();
  std::vector<Coupon> table = std::exchange(coupons_, std::vector<Coupon>(2 * coupons_.size()));
  for (const Coupon one : table)
    if (one != 0) insert(coupons_, one);
}

void HllSketch::become_slots() {
  const std::vector<Coupon> coupons = std::move(coupons_);
  coupons_.clear();
  mode_ = Mode::Slots;
  slots_.assign(num_slots(), 0);
  low_powers_ = static_cast<double>(num_slots());
  num_at_least_ = static_cast<int>(num_slots());
  for (const Coupon coupon : coupons)
    if (coupon != 0) add_to_slots(coupon);
  hip_ = values_of_coupons(num_coupons_);
}

void HllSketch::add_to_slots(Coupon coupon) {
  const auto value = static_cast<std::uint8_t>(coupon >> kSlotBits);
  std::uint8_t& slot = slots_[coupon & (num_slots() - 1)];
  if (value <= slot) return;
  // The chance of a change was that of the sums before it.
  hip_ += static_cast<double>(num_slots()) / (low_powers_ + high_powers_);
  (slot < 32 ? low_powers_ : high_powers_) -= inverse_power(slot);
  (value < 32 ? low_powers_ : high_powers_) += inverse_power(value);
  if (slot == 0) --num_at_least_;
  slot = value;
}

void HllSketch::add_coupons_of(const HllSketch& other) {
  for (const Coupon coupon : other.coupons_)
    if (coupon != 0) add_coupon(coupon);
}

HllSketch HllSketch::folded(int lg_k) const {
  HllSketch result(lg_k);
  result.num_coupons_ = 0;
  result.coupons_.clear();
  result.become_slots();
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i] > 0) result.add_to_slots(static_cast<Coupon>(slots_[i]) << kSlotBits | static_cast<Coupon>(i));
  result.hip_ = hip_;
  result.is_out_of_order_ = is_out_of_order_;
  return result;
}

void HllSketch::merge_slots(const HllSketch& other) {
  for (std::size_t i = 0; i < other.slots_.size(); ++i) {
    std::uint8_t& slot = slots_[i & (num_slots() - 1)];
    slot = std::max(slot, other.slots_[i]);
  }
  is_stale_ = true;
  is_out_of_order_ = true;
  hip_ = 0;
}

void HllSketch::unite(const HllSketch& other, int most_lg_k, bool copies_table) {
  const bool is_empty = mode_ == Mode::List && num_coupons_ == 0;
  if (other.mode_ == Mode::Table && copies_table && is_empty && other.lg_k_ == lg_k_) {
    *this = other;
  } else if (other.mode_ != Mode::Slots) {
    add_coupons_of(other);
  } else if (mode_ == Mode::Slots) {
    if (other.lg_k_ < lg_k_) *this = folded(other.lg_k_);
    merge_slots(other);
  } else {
    // Coupons tell more than slots: they join the slots, not the other way.
    HllSketch joined = other.lg_k_ > most_lg_k ? other.folded(most_lg_k) : other;
    joined.add_coupons_of(*this);
    *this = std::move(joined);
  }
}

void HllSketch::count_slots() {
  if (!is_stale_) return;
  is_stale_ = false;
  least_ = 64;
  low_powers_ = static_cast<double>(num_slots());
  high_powers_ = 0;
  for (const std::uint8_t slot : slots_) {
    if (slot > 0) (slot < 32 ? low_powers_ : high_powers_) += inverse_power(slot) - 1;
    if (slot < least_) {
      least_ = slot;
      num_at_least_ = 0;
    }
    if (slot == least_) ++num_at_least_;
  }
}

double HllSketch::estimate() const {
  if (mode_ != Mode::Slots) return values_of_coupons(num_coupons_);
  if (!is_out_of_order_) return hip_;
  if (!is_stale_) return composite_estimate();
  HllSketch counted = *this;
  counted.count_slots();
  return counted.composite_estimate();
}

/// Flajolet's estimate without its bias, or that of the empty slots where that is the better one.
double HllSketch::composite_estimate() const {
  const auto k = static_cast<double>(num_slots());
  const double factor = lg_k_ == 4 ? 0.673 : lg_k_ == 5 ? 0.697 : lg_k_ == 6 ? 0.709 : 0.7213 / (1.0 + 1.079 / k);
  const double raw = factor * k * k / (low_powers_ + high_powers_);
  const std::span<const double> curve = kHllCurves[static_cast<std::size_t>(lg_k_ - kLeastLgK)];
  const double step = kHllSteps[static_cast<std::size_t>(lg_k_ - kLeastLgK)];
  if (raw < curve.front()) return 0;
  if (raw > curve.back()) return raw * (step * static_cast<double>(curve.size() - 1) / curve.back());
  const double adjusted = interpolated(curve, [&](std::size_t i) { return step * static_cast<double>(i); }, raw);
  if (adjusted > 3 * k) return adjusted;
  const auto num_empty = static_cast<std::size_t>(least_ == 0 ? num_at_least_ : 0);
  const double linear = num_empty == 0 ? k * std::log(k / 0.5) : k * (harmonic(num_slots()) - harmonic(num_empty));
  const double crossing = lg_k_ == 4 ? 0.718 : lg_k_ == 5 ? 0.672 : 0.64;
  return (adjusted + linear) / 2 > crossing * k ? adjusted : linear;
}

std::string HllSketch::bytes() const {
  if (is_stale_) {
    HllSketch counted = *this;
    counted.count_slots();
    return counted.bytes();
  }
  const std::size_t start = mode_ == Mode::List ? kListStart : mode_ == Mode::Table ? kTableStart : kSlotsStart;
  std::string bytes(start, '\0');
  const auto put = [&](std::size_t at, auto value) { bytes[at] = static_cast<char>(value); };
  put(0, start / 4);
  put(1, kVersion);
  put(2, kFamily);
  put(3, lg_k_);
  put(7, static_cast<int>(mode_) | kEightBits << 2);
  if (mode_ != Mode::Slots) {
    put(4, std::countr_zero(coupons_.size()));
    put(5, num_coupons_ == 0 ? kEmptyFlag : 0);
    if (mode_ == Mode::List) put(6, num_coupons_);
    if (mode_ == Mode::Table) store(bytes, 8, static_cast<std::uint32_t>(num_coupons_));
    bytes.append(reinterpret_cast<const char*>(coupons_.data()), coupons_.size() * sizeof(Coupon));
    return bytes;
  }
  put(5, is_out_of_order_ ? kOutOfOrderFlag : 0);
  put(6, least_);
  store(bytes, 8, hip_);
  store(bytes, 16, low_powers_);
  store(bytes, 24, high_powers_);
  store(bytes, 32, static_cast<std::uint32_t>(num_at_least_));
  bytes.append(reinterpret_cast<const char*>(slots_.data()), slots_.size());
  return bytes;
}

std::optional<HllSketch> HllSketch::decode(std::string_view bytes) {
  if (bytes.size() < kListStart) return {};
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  const int num_words = byte(0) & 0x3F, mode = byte(7) & 3, lg_k = byte(3);
  if (byte(1) != kVersion || byte(2) != kFamily || lg_k < kLeastLgK || lg_k > kMostLgK || mode > 2) return {};
  static constexpr int kWords[] = {kListStart / 4, kTableStart / 4, kSlotsStart / 4};
  if (num_words != kWords[mode]) return {};
  HllSketch sketch(lg_k);
  sketch.mode_ = static_cast<Mode>(mode);
  const bool is_read = sketch.mode_ == Mode::Slots ? sketch.read_slots(bytes) : sketch.read_coupons(bytes);
  return is_read ? std::optional(std::move(sketch)) : std::nullopt;
}

bool HllSketch::read_coupons(std::string_view bytes) {
  const bool is_compact = (bytes[5] & kCompactFlag) != 0;
  const auto fits = [&](std::size_t start, std::size_t count) {
    return count <= (bytes.size() - start) / sizeof(Coupon);
  };
  if (mode_ == Mode::List) {
    num_coupons_ = static_cast<std::uint8_t>(bytes[6]);
    if (num_coupons_ >= kListSize || !fits(kListStart, num_coupons_)) return false;
    std::memcpy(coupons_.data(), bytes.data() + kListStart, num_coupons_ * sizeof(Coupon));
    return true;
  }
  if (lg_k_ < 8 || bytes.size() < kTableStart) return false;
  const std::size_t count = load<std::uint32_t>(bytes, 8);
  if (is_compact) {
    if (!fits(kTableStart, count)) return false;
    coupons_.assign(kFirstTableSize, 0);
    for (std::size_t i = 0; i < count; ++i) add_coupon(load<Coupon>(bytes, kTableStart + i * sizeof(Coupon)));
    return true;
  }
  const int lg_size = static_cast<std::uint8_t>(bytes[4]);
  if (lg_size < 5 || lg_size > lg_k_ - 3 || !fits(kTableStart, std::size_t{1} << lg_size)) return false;
  coupons_.assign(std::size_t{1} << lg_size, 0);
  std::memcpy(coupons_.data(), bytes.data() + kTableStart, coupons_.size() * sizeof(Coupon));
  num_coupons_ = static_cast<std::size_t>(std::ranges::count_if(coupons_, [](Coupon coupon) { return coupon != 0; }));
  return num_coupons_ == count;
}

bool HllSketch::read_slots(std::string_view bytes) {
  const int width = static_cast<std::uint8_t>(bytes[7]) >> 2 & 3;
  const std::size_t k = num_slots(), size = width == 0 ? k / 2 : width == 1 ? k * 3 / 4 + 1 : k;
  if (width > kEightBits || bytes.size() < kSlotsStart + size) return false;
  coupons_.clear();
  slots_.assign(k, 0);
  const auto byte = [&](std::size_t at) -> unsigned { return static_cast<std::uint8_t>(bytes[kSlotsStart + at]); };
  const auto least = static_cast<std::uint8_t>(bytes[6]);
  for (std::size_t i = 0; i < k; ++i) {
    if (width == 0) {
      slots_[i] = static_cast<std::uint8_t>((byte(i / 2) >> (i % 2 * 4) & 15U) + least);
    } else if (width == 1) {
      const std::size_t bit = i * 6;
      slots_[i] = static_cast<std::uint8_t>((byte(bit / 8) | byte(bit / 8 + 1) << 8) >> bit % 8 & 63U);
    } else {
      slots_[i] = static_cast<std::uint8_t>(byte(i));
    }
  }
  if (width == 0) {
    // What four bits cannot hold stands behind the slots, as coupons.
    const bool is_compact = (bytes[5] & kCompactFlag) != 0;
    const std::size_t count = is_compact ? load<std::uint32_t>(bytes, 36) : std::size_t{1} << (bytes[4] & 31);
    const std::size_t start = kSlotsStart + size;
    for (std::size_t i = 0; load<std::uint32_t>(bytes, 36) > 0 && i < count; ++i) {
      if (bytes.size() < start + (i + 1) * sizeof(Coupon)) return false;
      const auto coupon = load<Coupon>(bytes, start + i * sizeof(Coupon));
      if (coupon != 0) slots_[coupon & (k - 1)] = static_cast<std::uint8_t>(coupon >> kSlotBits);
    }
  }
  is_out_of_order_ = (bytes[5] & kOutOfOrderFlag) != 0;
  hip_ = load<double>(bytes, 8);
  low_powers_ = load<double>(bytes, 16);
  high_powers_ = load<double>(bytes, 24);
  least_ = width == kEightBits ? least : 0;
  num_at_least_ = width == kEightBits ? static_cast<int>(load<std::uint32_t>(bytes, 32))
                                      : static_cast<int>(std::ranges::count(slots_, 0));
  is_stale_ = (bytes[5] & kStaleFlag) != 0;
  return true;
}

}  // namespace lab::compute
