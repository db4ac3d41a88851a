#include <cmath>
#include <limits>
#include <utility>

#include "compute/clock_math.h"
#include "compute/conditions.h"
#include "compute/integer_math.h"
#include "compute/interval_text.h"
#include "compute/overflow.h"
#include "compute/real_math.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// Day-time intervals ride in BIGINT microseconds, year-month intervals in INTEGER months, calendar intervals in STRUCT(f0, f1, f2).
namespace lab::engine {

namespace {

using compute::Date;
using compute::Instant;
using compute::Interval;
using compute::kMicrosPerDay;
using compute::kMicrosPerSecond;
using compute::WallClock;
using compute::Zone;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::Vector;
using std::string_view;

LogicalType interval_type() {
  return LogicalType::STRUCT({{"f0", LogicalType::INTEGER}, {"f1", LogicalType::INTEGER}, {"f2", LogicalType::BIGINT}});
}

/// Calendar intervals of a vector, flattened.
class IntervalArgument {
 public:
  IntervalArgument(Vector& vector, duckdb::idx_t count) {
    vector.Flatten(count);
    validity_ = &duckdb::FlatVector::Validity(vector);
    auto& fields = duckdb::StructVector::GetEntries(vector);
    for (auto& field : fields) field->Flatten(count);
    months_ = duckdb::FlatVector::GetData<std::int32_t>(*fields[0]);
    days_ = duckdb::FlatVector::GetData<std::int32_t>(*fields[1]);
    micros_ = duckdb::FlatVector::GetData<std::int64_t>(*fields[2]);
  }
  bool is_valid(duckdb::idx_t row) const { return validity_->RowIsValid(row); }
  Interval operator[](duckdb::idx_t row) const { return {months_[row], days_[row], micros_[row]}; }

 private:
  duckdb::ValidityMask* validity_;
  const std::int32_t *months_, *days_;
  const std::int64_t* micros_;
};

class IntervalResult {
 public:
  explicit IntervalResult(Vector& vector) : vector_(vector) {
    vector.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    auto& fields = duckdb::StructVector::GetEntries(vector);
    months_ = duckdb::FlatVector::GetData<std::int32_t>(*fields[0]);
    days_ = duckdb::FlatVector::GetData<std::int32_t>(*fields[1]);
    micros_ = duckdb::FlatVector::GetData<std::int64_t>(*fields[2]);
  }
  void set_null(duckdb::idx_t row) { duckdb::FlatVector::SetNull(vector_, row, true); }
  void set(duckdb::idx_t row, const Interval& value) {
    months_[row] = value.months;
    days_[row] = value.days;
    micros_[row] = value.micros;
  }

 private:
  Vector& vector_;
  std::int32_t *months_, *days_;
  std::int64_t* micros_;
};

/// Runs `call(row)` for rows whose arguments are all valid.
template <typename Call, typename SetNull>
void for_valid_rows(DataChunk& arguments, Vector& result, SetNull set_null, Call call) {
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  for (duckdb::idx_t row = 0; row < count; ++row) {
    bool valid = true;
    for (auto& column : arguments.data) valid = valid && duckdb::FlatVector::Validity(column).RowIsValid(row);
    if (valid) {
      call(row);
    } else {
      set_null(row);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <typename T>
const T* flat(DataChunk& arguments, std::size_t i) {
  return duckdb::FlatVector::GetData<T>(arguments.data[i]);
}

/// Calls of a moment and a calendar interval: (moment, interval, negated, zone).
template <typename Stored, typename Moment>
void add_calendar(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument intervals(arguments.data[1], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<Stored>(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { duckdb::FlatVector::SetNull(result, row, true); }, [&](duckdb::idx_t row) {
    const Interval by = flat<bool>(arguments, 2)[row] ? compute::negated(intervals[row]) : intervals[row];
    const auto zone = Wire<string_view>::in(flat<duckdb::string_t>(arguments, 3)[row]);
    out[row] = Stored(compute::add_interval(Instant{flat<Stored>(arguments, 0)[row].value}, by, Zone::find(zone)).micros);
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// lab_date_add_interval(date, interval, negated, ansi, zone): hours move a date through an instant.
void add_to_date(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument intervals(arguments.data[1], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::date_t>(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { duckdb::FlatVector::SetNull(result, row, true); }, [&](duckdb::idx_t row) {
    const Interval by = flat<bool>(arguments, 2)[row] ? compute::negated(intervals[row]) : intervals[row];
    const Date date{flat<duckdb::date_t>(arguments, 0)[row].days};
    if (by.micros == 0) {
      out[row] = duckdb::date_t(compute::add_months(date, by.months).days + by.days);
      return;
    }
    const Zone& zone = Zone::find(Wire<string_view>::in(flat<duckdb::string_t>(arguments, 4)[row]));
    out[row] = duckdb::date_t(compute::date_of(compute::add_interval(compute::start_of(date, zone), by, zone), zone).days);
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <typename Operation>
void combine(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument left(arguments.data[0], arguments.size()), right(arguments.data[arguments.ColumnCount() - 1], arguments.size());
  IntervalResult out(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { out.set_null(row); }, [&](duckdb::idx_t row) { out.set(row, Operation::run(left[row], right[row])); });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}
struct AddIntervals {
  static Interval run(const Interval& a, const Interval& b) { return {a.months + b.months, a.days + b.days, a.micros + b.micros}; }
};
struct SubtractIntervals {
  static Interval run(const Interval& a, const Interval& b) { return {a.months - b.months, a.days - b.days, a.micros - b.micros}; }
};
struct NegateInterval {
  static Interval run(const Interval& a, const Interval&) { return compute::negated(a); }
};

/// Spark multiplies the parts on their own; a month's fraction becomes 30 days a month, a day's fraction time.
Interval scaled_interval(const Interval& a, double by) {
  const double months = a.months * by;
  const double days = a.days * by + (months - std::trunc(months)) * 31;
  return {static_cast<std::int32_t>(months), static_cast<std::int32_t>(days),
          static_cast<std::int64_t>(std::nearbyint(static_cast<double>(a.micros) * by + (days - std::trunc(days)) * static_cast<double>(kMicrosPerDay)))};
}

template <bool Divide>
void scale(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument intervals(arguments.data[0], arguments.size());
  IntervalResult out(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { out.set_null(row); }, [&](duckdb::idx_t row) {
    const double by = flat<double>(arguments, 1)[row];
    if (Divide && by == 0) {
      if (flat<bool>(arguments, 2)[row]) throw Error(compute::conditions::kIntervalDividedByZero, {});
      out.set_null(row);
      return;
    }
    out.set(row, scaled_interval(intervals[row], Divide ? 1 / by : by));
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Half up, as DoubleMath.roundToLong / roundToInt with HALF_UP; beyond the type is an overflow.
template <typename T>
T rounded(double value) {
  const double whole = std::round(value);
  if (!(whole >= static_cast<double>(std::numeric_limits<T>::min()) && whole <= static_cast<double>(std::numeric_limits<T>::max()))) {
    compute::throw_overflow(compute::overflow_name<T>());
  }
  return static_cast<T>(whole);
}
template <typename T>
T multiplied(T interval, double by) {
  return rounded<T>(static_cast<double>(interval) * by);
}
template <typename T>
T divided(T interval, double by, bool) {
  if (by == 0) throw Error(compute::conditions::kIntervalDividedByZero, {});
  return rounded<T>(static_cast<double>(interval) / by);
}

/// What would raise is NULL.
template <typename T>
std::optional<T> rounded_if_fits(double value) {
  const double whole = std::round(value);
  // The greatest of a type may be rounded up to what no longer fits, hence the strict upper bound.
  constexpr double kEnd = -static_cast<double>(std::numeric_limits<T>::min());
  if (!(whole >= -kEnd && whole < kEnd)) return {};
  return static_cast<T>(whole);
}
template <typename T>
std::optional<T> try_multiplied(T interval, double by) {
  return rounded_if_fits<T>(static_cast<double>(interval) * by);
}
template <typename T>
std::optional<T> try_divided(T interval, double by) {
  if (by == 0) return {};
  return rounded_if_fits<T>(static_cast<double>(interval) / by);
}

std::int64_t divided_half_up(std::int64_t sum, std::int64_t count) {
  const __int128 twice = static_cast<__int128>(sum < 0 ? -static_cast<__int128>(sum) : sum) * 2 + count;
  const auto size = static_cast<std::int64_t>(twice / (2 * static_cast<__int128>(count)));
  return sum < 0 ? -size : size;
}

void make_interval(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  IntervalResult out(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { out.set_null(row); }, [&](duckdb::idx_t row) {
    const auto part = [&](std::size_t i) { return static_cast<std::int64_t>(flat<std::int32_t>(arguments, i)[row]); };
    const std::int64_t months = part(0) * 12 + part(1), days = part(2) * 7 + part(3);
    std::int64_t micros = 0;
    const bool fits = months == static_cast<std::int32_t>(months) && days == static_cast<std::int32_t>(days) &&
                      !__builtin_add_overflow((part(4) * 60 + part(5)) * 60 * kMicrosPerSecond, flat<std::int64_t>(arguments, 6)[row], &micros);
    if (fits) return out.set(row, {static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros});
    if (flat<bool>(arguments, 7)[row]) compute::throw_overflow("integer overflow");
    out.set_null(row);
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <bool Raises>
void parse_interval(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  IntervalResult out(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { out.set_null(row); }, [&](duckdb::idx_t row) {
    const auto text = Wire<string_view>::in(flat<duckdb::string_t>(arguments, 0)[row]);
    const auto value = compute::parse_interval(text);
    if (value) return out.set(row, *value);
    if (Raises) compute::throw_cast_invalid(text, "INTERVAL");
    out.set_null(row);
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void interval_text(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument intervals(arguments.data[0], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { duckdb::FlatVector::SetNull(result, row, true); },
                 [&](duckdb::idx_t row) { out[row] = duckdb::StringVector::AddString(result, compute::interval_text(intervals[row])); });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

std::int32_t part_of_months(string_view field, std::int32_t months) { return field == "year" ? months / 12 : months % 12; }
std::int32_t part_of_micros(string_view field, std::int64_t micros) {
  if (field == "day") return static_cast<std::int32_t>(micros / kMicrosPerDay);
  if (field == "hour") return static_cast<std::int32_t>(micros % kMicrosPerDay / (3'600 * kMicrosPerSecond));
  return static_cast<std::int32_t>(micros % (3'600 * kMicrosPerSecond) / (60 * kMicrosPerSecond));
}

void interval_part(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  arguments.Flatten();
  const IntervalArgument intervals(arguments.data[1], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<std::int32_t>(result);
  for_valid_rows(arguments, result, [&](duckdb::idx_t row) { duckdb::FlatVector::SetNull(result, row, true); }, [&](duckdb::idx_t row) {
    const auto field = Wire<string_view>::in(flat<duckdb::string_t>(arguments, 0)[row]);
    const Interval value = intervals[row];
    out[row] = field == "year" || field == "month" ? part_of_months(field, value.months)
               : field == "day"                    ? value.days
               : field == "hour"                   ? static_cast<std::int32_t>(value.micros / (3'600 * kMicrosPerSecond))
                                                   : part_of_micros(field, value.micros);
  });
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <typename T>
constexpr string_view integral_name() {
  return sizeof(T) == 1 ? "TINYINT" : sizeof(T) == 2 ? "SMALLINT" : sizeof(T) == 4 ? "INT" : "BIGINT";
}

/// An interval as a number of its last field, `(interval, first, last, raises)`: one that does not fit raises, or is NULL in a try cast.
template <typename T>
void register_interval_numbers(KernelRegistry& registry, const std::string& name) {
  registry.add(adapt("lab_day_time_to_" + name, [](std::int64_t micros, std::int32_t first, std::int32_t last, bool raises) -> std::optional<T> {
    const std::int64_t count = micros / compute::day_time_unit(last);
    if (std::in_range<T>(count)) return static_cast<T>(count);
    if (raises) compute::throw_cast_overflow(compute::day_time_text(micros, first, last), compute::day_time_name(first, last), integral_name<T>());
    return {};
  }), kRaises);
  registry.add(adapt("lab_year_month_to_" + name, [](std::int32_t months, std::int32_t first, std::int32_t last, bool raises) -> std::optional<T> {
    const std::int32_t count = months / compute::year_month_unit(last);
    if (std::in_range<T>(count)) return static_cast<T>(count);
    if (raises) compute::throw_cast_overflow(compute::year_month_text(months, first, last), compute::year_month_name(first, last), integral_name<T>());
    return {};
  }), kRaises);
}

[[noreturn]] void throw_count_overflow(std::int64_t count, bool is_long, std::string_view interval) {
  compute::throw_cast_overflow(std::to_string(count) + (is_long ? "L" : ""), is_long ? "BIGINT" : "INT", interval);
}

/// A number of the last field as an interval, `(number, first, last, is_long, raises)`.
std::optional<std::int64_t> day_time_of(std::int64_t count, std::int32_t first, std::int32_t last, bool is_long, bool raises) {
  std::int64_t micros;
  if (!__builtin_mul_overflow(count, compute::day_time_unit(last), &micros)) return micros;
  if (raises) throw_count_overflow(count, is_long, compute::day_time_name(first, last));
  return {};
}
std::optional<std::int32_t> year_month_of(std::int64_t count, std::int32_t first, std::int32_t last, bool is_long, bool raises) {
  std::int32_t months;
  const bool is_int = std::in_range<std::int32_t>(count);
  if (is_int && !__builtin_mul_overflow(static_cast<std::int32_t>(count), compute::year_month_unit(last), &months)) return months;
  // What fits an int is one by the time that it is multiplied.
  if (raises) throw_count_overflow(count, is_long && !is_int, compute::year_month_name(first, last));
  return {};
}

}  // namespace

void register_interval_kernels(KernelRegistry& registry) {
  const LogicalType interval = interval_type(), text = LogicalType::VARCHAR, flag = LogicalType::BOOLEAN;
  registry.add("lab_timestamp_add_interval", {LogicalType::TIMESTAMP_TZ, interval, flag, text}, LogicalType::TIMESTAMP_TZ, &add_calendar<duckdb::timestamp_t, Instant>, kRaises);
  registry.add("lab_timestamp_add_interval", {LogicalType::TIMESTAMP, interval, flag, text}, LogicalType::TIMESTAMP, &add_calendar<duckdb::timestamp_t, WallClock>, kRaises);
  registry.add("lab_date_add_interval", {LogicalType::DATE, interval, flag, flag, text}, LogicalType::DATE, &add_to_date, kRaises);
  registry.add("lab_interval_add", {interval, interval}, interval, &combine<AddIntervals>);
  registry.add("lab_interval_subtract", {interval, interval}, interval, &combine<SubtractIntervals>);
  registry.add("lab_interval_negate", {interval}, interval, &combine<NegateInterval>);
  registry.add("lab_interval_multiply", {interval, LogicalType::DOUBLE}, interval, &scale<false>);
  registry.add("lab_interval_divide", {interval, LogicalType::DOUBLE, flag}, interval, &scale<true>, kRaises);
  registry.add(adapt<&multiplied<std::int64_t>>("lab_interval_multiply"), kRaises);
  registry.add(adapt<&multiplied<std::int32_t>>("lab_interval_multiply"), kRaises);
  registry.add(adapt<&divided<std::int64_t>>("lab_interval_divide"), kRaises);
  registry.add(adapt<&divided<std::int32_t>>("lab_interval_divide"), kRaises);
  registry.add(adapt<&try_multiplied<std::int64_t>>("lab_interval_multiply_try"));
  registry.add(adapt<&try_multiplied<std::int32_t>>("lab_interval_multiply_try"));
  registry.add(adapt<&try_divided<std::int64_t>>("lab_interval_divide_try"));
  registry.add(adapt<&try_divided<std::int32_t>>("lab_interval_divide_try"));
  registry.add(adapt<&divided_half_up>("lab_divide_half_up"));
  const LogicalType i = LogicalType::INTEGER;
  registry.add("lab_make_interval", {i, i, i, i, i, i, LogicalType::BIGINT, flag}, interval, &make_interval, kRaises);
  registry.add("lab_parse_interval", {text}, interval, &parse_interval<true>, kRaises);
  registry.add("lab_parse_interval_try", {text}, interval, &parse_interval<false>);
  registry.add("lab_interval_text", {interval}, text, &interval_text);
  registry.add("lab_interval_part", {text, interval}, i, &interval_part);
  registry.add(adapt<&part_of_months>("lab_interval_part_months"));
  registry.add(adapt<&part_of_micros>("lab_interval_part_micros"));
  registry.add(adapt("lab_make_dt_interval", [](std::int32_t days, std::int32_t hours, std::int32_t minutes, std::int64_t micros) {
    std::int64_t total;
    if (__builtin_mul_overflow(std::int64_t{days}, kMicrosPerDay, &total) ||
        __builtin_add_overflow(total, (std::int64_t{hours} * 60 + minutes) * 60 * kMicrosPerSecond, &total) || __builtin_add_overflow(total, micros, &total))
      throw Error(compute::conditions::kIntervalOverflow, {});
    return total;
  }), kRaises);
  registry.add(adapt("lab_make_ym_interval", [](std::int32_t years, std::int32_t months) {
    const std::int64_t total = std::int64_t{years} * 12 + months;
    if (total != static_cast<std::int32_t>(total)) throw Error(compute::conditions::kIntervalOverflow, {});
    return static_cast<std::int32_t>(total);
  }), kRaises);
  registry.add(adapt<&compute::day_time_text>("lab_day_time_text"));
  registry.add(adapt<&compute::year_month_text>("lab_year_month_text"));
  registry.add(adapt("lab_parse_day_time", [](string_view value, std::int32_t first, std::int32_t last) {
    const auto micros = compute::parse_day_time(value, first, last);
    if (!micros) compute::throw_day_time_format(value, first, last);
    return *micros;
  }), kRaises);
  registry.add(adapt<&compute::parse_day_time>("lab_parse_day_time_try"));
  registry.add(adapt("lab_parse_year_month", [](string_view value, std::int32_t first, std::int32_t last) {
    const auto months = compute::parse_year_month(value, first, last);
    if (!months) compute::throw_year_month_format(value, first, last);
    return *months;
  }), kRaises);
  registry.add(adapt<&compute::parse_year_month>("lab_parse_year_month_try"));
  registry.add(adapt<&day_time_of>("lab_to_day_time"), kRaises);
  registry.add(adapt<&year_month_of>("lab_to_year_month"), kRaises);
  registry.add(adapt("lab_cut_day_time", [](std::int64_t micros, std::int32_t last) {
    const std::int64_t unit = last == 3 ? 1 : compute::day_time_unit(last);
    return micros / unit * unit;
  }));
  registry.add(adapt("lab_cut_year_month", [](std::int32_t months, std::int32_t last) { return last == 0 ? months / 12 * 12 : months; }));
  register_interval_numbers<std::int8_t>(registry, "tinyint");
  register_interval_numbers<std::int16_t>(registry, "smallint");
  register_interval_numbers<std::int32_t>(registry, "int");
  register_interval_numbers<std::int64_t>(registry, "bigint");
}

}  // namespace lab::engine
