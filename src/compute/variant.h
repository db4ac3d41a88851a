#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compute/decimal.h"
#include "compute/moments.h"
#include "compute/zone.h"
#include "types/data_type.h"

/// VARIANT in the binary form that Parquet and Spark share: a value, and beside it the dictionary of all keys of its objects.
namespace lab::compute {

struct Variant {
  std::string value, metadata;
};

enum class VariantType : std::uint8_t {
  Object, Array, Null, Boolean, Long, String, Double, Decimal, Date, Timestamp, TimestampNtz, Float, Binary, Uuid,
};

/// One value inside a variant, read in place. Throws MALFORMED_VARIANT where the bytes are none.
class VariantView {
 public:
  VariantView(std::string_view value, std::string_view metadata) : value_(value), metadata_(metadata) {}

  VariantType type() const;
  bool boolean() const;
  std::int64_t integer() const;  ///< Long; days of a Date; microseconds of both kinds of timestamp
  double real() const;           ///< Double, Float
  /// Unscaled value and scale, without trailing zeros.
  std::pair<Int128, int> decimal() const;
  std::string_view text() const;  ///< String; bytes of Binary and Uuid

  std::size_t size() const;  ///< members of an Object or Array
  std::string_view key(std::size_t index) const;
  VariantView member(std::size_t index) const;
  /// The member of an Object by its name.
  std::optional<VariantView> find(std::string_view key) const;

  /// Compact JSON; instants on the zone's clock.
  std::string to_json(const Zone& zone) const;
  std::string_view value() const { return value_; }  ///< may go on behind this value
  std::size_t byte_size() const;
  std::string_view metadata() const { return metadata_; }

 private:
  struct Members;
  Members members() const;
  std::uint8_t primitive() const;
  std::string_view bytes(std::size_t at, std::size_t length) const;
  std::uint64_t number(std::size_t at, std::size_t width) const;
  void append_json(std::string& out, const Zone& zone, int depth) const;

  std::string_view value_, metadata_;
};

/// Builds a variant; appended values follow each other, an object or array is closed around those since `start`.
class VariantBuilder {
 public:
  struct Member {
    std::string key;
    std::uint32_t id;
    std::size_t offset;  ///< from the object's start
  };

  std::size_t position() const { return value_.size(); }
  std::uint32_t add_key(std::string_view key);
  void append_null();
  void append(bool value);
  void append(std::int64_t value);  ///< in the fewest bytes
  void append_double(double value);
  void append_float(float value);
  void append_decimal(Int128 unscaled, int scale);
  void append(std::string_view text);
  void append_binary(std::string_view bytes);
  void append_date(std::int32_t days);
  void append_timestamp(std::int64_t micros, bool has_zone);
  /// A value of another variant; its keys get numbers of this one's dictionary.
  void append(const VariantView& other);
  /// Members in any order. Throws VARIANT_DUPLICATE_KEY.
  void finish_object(std::size_t start, std::vector<Member> members);
  void finish_array(std::size_t start, const std::vector<std::size_t>& offsets);
  Variant result() const;

 private:
  void header(std::uint8_t primitive) { value_ += static_cast<char>(primitive << 2); }
  void bytes(std::uint64_t number, std::size_t width);

  std::string value_;
  std::vector<std::string> keys_;
  std::vector<std::pair<std::string, std::uint32_t>> ids_;  ///< sorted by key
};

/// JSON text to a variant. Throws MALFORMED_RECORD_IN_PARSING, VARIANT_DUPLICATE_KEY or VARIANT_SIZE_LIMIT.
Variant parse_variant(std::string_view json);

/// A step of a path: a member's name or an element's number.
struct VariantStep {
  std::string key;
  std::optional<std::size_t> index;
};
/// `$.a.b[1]['c d']`; nothing when it is no path.
std::optional<std::vector<VariantStep>> parse_variant_path(std::string_view path);
std::optional<VariantView> follow(VariantView from, const std::vector<VariantStep>& path);

/// The type that would hold the value; objects are structs. `merge` gives the type for either, VARIANT where none fits.
types::DataType variant_schema(const VariantView& value);
types::DataType merge_variant_schemas(const types::DataType& left, const types::DataType& right);
/// `OBJECT<a: BIGINT, b: ARRAY<STRING>>`.
std::string variant_schema_text(const types::DataType& type);

}  // namespace lab::compute
