#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// HyperLogLog sketches of Apache DataSketches, byte for byte: they are stored in tables and read by other systems.
namespace lab::compute {

/// Estimates how many distinct values it saw. A value is a coupon: 26 bits that choose a slot, 6 bits to keep there.
/// Few coupons are kept themselves, in a list and then in a hash table; of many, 2^lg_k slots keep the greatest value
/// each.
class HllSketch {
 public:
  static constexpr int kLeastLgK = 4, kMostLgK = 21, kUsualLgK = 12;

  /// Nothing seen yet. `lg_k` is in the range above.
  explicit HllSketch(int lg_k);
  /// What bytes() or another library of DataSketches wrote: compact or not, with 4, 6 or 8 bits a slot. Nothing when it
  /// is no sketch.
  static std::optional<HllSketch> decode(std::string_view bytes);

  void add(std::int64_t value);
  /// A text's UTF-8 or a binary; an empty one is no value.
  void add(std::string_view bytes);

  /// Adds what `other` saw; slots beyond 2^most_lg_k fold into these. `copies_table`: a hash table is taken into an
  /// empty sketch as it lies, not coupon by coupon, which gives other bytes of the same meaning.
  void unite(const HllSketch& other, int most_lg_k, bool copies_table);

  double estimate() const;
  /// The updatable form with 8 bits a slot, as Spark stores it.
  std::string bytes() const;
  int lg_k() const { return lg_k_; }

 private:
  using Coupon = std::uint32_t;
  enum class Mode : std::uint8_t { List, Table, Slots };  ///< as numbered in the stored form

  void add_coupon(Coupon coupon);
  void add_to_list(Coupon coupon);
  void add_to_table(Coupon coupon);
  void add_to_slots(Coupon coupon);
  void become_slots();
  void add_coupons_of(const HllSketch& other);
  void merge_slots(const HllSketch& other);
  /// The same slots, folded into 2^lg_k of them.
  HllSketch folded(int lg_k) const;
  void count_slots();
  double composite_estimate() const;
  std::size_t num_slots() const { return std::size_t{1} << lg_k_; }
  static bool insert(std::vector<Coupon>& table, Coupon coupon);
  bool read_coupons(std::string_view bytes);
  bool read_slots(std::string_view bytes);

  int lg_k_;
  Mode mode_ = Mode::List;
  std::vector<Coupon> coupons_;  ///< of a list or table, 0 where there is none
  std::size_t num_coupons_ = 0;

  std::vector<std::uint8_t> slots_;
  double hip_ = 0;                           ///< the estimate that history gives, while values came one by one
  double low_powers_ = 0, high_powers_ = 0;  ///< sums of 2^-slot, below and from 32
  int least_ = 0, num_at_least_ = 0;         ///< the slots' least value, 0 while any is, and how many have it
  bool is_out_of_order_ = false;             ///< merged: history tells nothing any more
  bool is_stale_ = false;                    ///< the sums do not know the last merge yet
};

}  // namespace lab::compute
