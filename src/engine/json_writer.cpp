#include "engine/json_writer.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "compute/interval_text.h"
#include "engine/decimal_store.h"
#include "scan/csv_values.h"

namespace lab::engine {

using duckdb::FlatVector;
using duckdb::ListVector;
using duckdb::Vector;
using scan::CsvValues;
using scan::JsonToken;
using scan::JsonTokens;
using types::DataType;
using types::TypeKind;

namespace {

constexpr std::size_t kManyFields = 8;

// A row may be written twice: its first form was dropped, or a name repeats.
void set_present(Vector& vector, std::size_t row) {
  auto& validity = FlatVector::Validity(vector);
  if (!validity.AllValid()) validity.SetValid(row);
}

template <typename T>
JsonOutcome put(Vector& vector, std::size_t row, T value) {
  set_present(vector, row);
  FlatVector::GetData<T>(vector)[row] = value;
  return JsonOutcome::Stored;
}

template <typename T, typename Value>
JsonOutcome put_if(Vector& vector, std::size_t row, const std::optional<Value>& value) {
  return value ? put<T>(vector, row, static_cast<T>(*value)) : JsonOutcome::Misfit;
}

JsonOutcome put_null(Vector& vector, std::size_t row) {
  FlatVector::SetNull(vector, row, true);
  return JsonOutcome::Stored;
}

JsonOutcome put_decimal(Vector& vector, std::size_t row, const std::optional<types::Int128>& value) {
  if (!value) return JsonOutcome::Misfit;
  set_present(vector, row);
  store_decimal(vector, row, *value);
  return JsonOutcome::Stored;
}

JsonOutcome put_text(Vector& vector, std::size_t row, std::string_view text) {
  set_present(vector, row);
  FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddStringOrBlob(vector, text.data(), text.size());
  return JsonOutcome::Stored;
}

double real_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool is_tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    value = std::copysign(is_tiny ? 0 : std::numeric_limits<double>::infinity(), text[0] == '-' ? -1.0 : 1.0);
  }
  return value;
}

std::optional<double> special_of(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "+Infinity" || text == "+INF") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity" || text == "-INF") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

// Base64 as Jackson takes it: MIME letters, padded to groups of four, blanks between groups.
bool decode_base64(std::string_view text, std::string& out) {
  const auto value = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  out.clear();
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) <= ' ') {
      ++i;
      continue;
    }
    if (i + 4 > text.size()) return false;
    const int a = value(text[i]), b = value(text[i + 1]), c = value(text[i + 2]), d = value(text[i + 3]);
    if (a < 0 || b < 0) return false;
    out += static_cast<char>(a << 2 | b >> 4);
    if (c < 0) {
      if (text[i + 2] != '=' || text[i + 3] != '=') return false;
    } else {
      out += static_cast<char>(b << 4 | c >> 2);
      if (d >= 0) {
        out += static_cast<char>(c << 6 | d);
      } else if (text[i + 3] != '=') {
        return false;
      }
    }
    i += 4;
  }
  return true;
}

const JsonWriter::Target* find_target(const JsonWriter::Target& object, std::string_view name, std::size_t& expected) {
  const auto& inside = object.inside;
  // Records name their fields in one order, mostly that of the schema.
  if (expected < inside.size() && inside[expected].name == name) return &inside[expected++];
  if (object.by_name.empty()) {
    for (std::size_t i = 0; i < inside.size(); ++i) {
      if (inside[i].name != name) continue;
      expected = i + 1;
      return &inside[i];
    }
    return nullptr;
  }
  const auto found = object.by_name.find(name);
  if (found == object.by_name.end()) return nullptr;
  expected = found->second + 1;
  return &inside[found->second];
}

}  // namespace

JsonWriter::Target JsonWriter::make_target(std::string name, const DataType& type, std::size_t place) {
  Target target{std::move(name), type, place, {}, {}};
  switch (type.kind()) {
    case TypeKind::Array: target.inside.push_back(make_target("", type.element(), 0)); break;
    case TypeKind::Map: target.inside.push_back(make_target("", type.value(), 0)); break;
    case TypeKind::Struct:
      for (std::size_t i = 0; i < type.fields().size(); ++i) target.inside.push_back(make_target(type.fields()[i].name, type.fields()[i].type, i));
      if (target.inside.size() > kManyFields)
        for (std::size_t i = 0; i < target.inside.size(); ++i) target.by_name.emplace(type.fields()[i].name, i);
      break;
    default: break;
  }
  return target;
}

JsonOutcome JsonWriter::write_object(JsonTokens& tokens, const Target& object, const std::vector<Vector*>& vectors, std::size_t row) {
  const std::size_t seen = seen_.size();
  seen_.resize(seen + object.inside.size(), 0);
  JsonOutcome outcome = JsonOutcome::Stored;
  std::size_t expected = 0;
  // As Spark's loop does, this one reads on in whatever a misfit left open, up to the next end of an object.
  for (JsonToken token = tokens.next(); token != JsonToken::EndObject; token = tokens.next()) {
    if (token == JsonToken::Name) {
      if (const Target* target = find_target(object, tokens.text(), expected)) {
        Vector& vector = *vectors[target->place];
        if (tokens.next() == JsonToken::Bad) {
          outcome = JsonOutcome::Broken;
          break;
        }
        const JsonOutcome inner = write(tokens, *target, vector, row);
        if (inner == JsonOutcome::Broken) {
          outcome = inner;
          break;
        }
        if (inner == JsonOutcome::Misfit) put_null(vector, row);
        if (inner != JsonOutcome::Stored) outcome = JsonOutcome::Partial;
        seen_[seen + static_cast<std::size_t>(target - object.inside.data())] = 1;
        if (inner != JsonOutcome::Misfit) continue;
      } else {
        tokens.next();
      }
    }
    if (tokens.token() == JsonToken::None || !tokens.skip_children()) {
      outcome = JsonOutcome::Broken;
      break;
    }
  }
  if (outcome != JsonOutcome::Broken) {
    for (std::size_t i = 0; i < object.inside.size(); ++i)
      if (!seen_[seen + i]) put_null(*vectors[object.inside[i].place], row);
  }
  seen_.resize(seen);
  return outcome;
}

JsonOutcome JsonWriter::write_struct(JsonTokens& tokens, const Target& target, Vector& vector, std::size_t row) {
  if (tokens.token() != JsonToken::StartObject) return JsonOutcome::Misfit;
  set_present(vector, row);
  std::vector<Vector*> vectors;
  for (auto& entry : duckdb::StructVector::GetEntries(vector)) vectors.push_back(&*entry);
  if (target.inside.empty()) put_null(*vectors[0], row);
  return write_object(tokens, target, vectors, row);
}

JsonOutcome JsonWriter::write_array(JsonTokens& tokens, const Target& target, Vector& vector, std::size_t row) {
  if (tokens.token() != JsonToken::StartArray) return JsonOutcome::Misfit;
  Vector& child = ListVector::GetEntry(vector);
  const auto begin = ListVector::GetListSize(vector);
  auto end = begin;
  JsonOutcome outcome = JsonOutcome::Stored;
  for (JsonToken token = tokens.next(); token != JsonToken::EndArray; token = tokens.next()) {
    ListVector::Reserve(vector, end + 1);
    ListVector::SetListSize(vector, end + 1);
    const JsonOutcome inner = token == JsonToken::Bad || token == JsonToken::None ? JsonOutcome::Broken : write(tokens, target.inside[0], child, end);
    if (inner == JsonOutcome::Broken || inner == JsonOutcome::Misfit) {
      ListVector::SetListSize(vector, begin);
      return inner;
    }
    if (inner == JsonOutcome::Partial) outcome = inner;
    ++end;
  }
  put<duckdb::list_entry_t>(vector, row, {begin, end - begin});
  return outcome;
}

JsonOutcome JsonWriter::write_map(JsonTokens& tokens, const Target& target, Vector& vector, std::size_t row) {
  if (tokens.token() != JsonToken::StartObject) return JsonOutcome::Misfit;
  Vector &keys = duckdb::MapVector::GetKeys(vector), &values = duckdb::MapVector::GetValues(vector);
  const auto begin = ListVector::GetListSize(vector);
  auto end = begin;
  JsonOutcome outcome = JsonOutcome::Stored;
  for (JsonToken token = tokens.next(); token != JsonToken::EndObject; token = tokens.next()) {
    JsonOutcome inner = JsonOutcome::Broken;
    if (token == JsonToken::Name) {
      ListVector::Reserve(vector, end + 1);
      ListVector::SetListSize(vector, end + 1);
      set_present(ListVector::GetEntry(vector), end);
      put_text(keys, end, tokens.text());
      if (tokens.next() != JsonToken::Bad) inner = write(tokens, target.inside[0], values, end);
    }
    if (inner == JsonOutcome::Broken || inner == JsonOutcome::Misfit) {
      ListVector::SetListSize(vector, begin);
      return inner;
    }
    if (inner == JsonOutcome::Partial) outcome = inner;
    ++end;
  }
  put<duckdb::list_entry_t>(vector, row, {begin, end - begin});
  return outcome;
}

JsonOutcome JsonWriter::write_text(JsonTokens& tokens, Vector& vector, std::size_t row) {
  if (tokens.token() == JsonToken::String) return put_text(vector, row, tokens.text());
  buffer_.clear();
  if (!tokens.append_value(buffer_, keeps_text_)) return JsonOutcome::Broken;
  return put_text(vector, row, buffer_);
}

JsonOutcome JsonWriter::write_number(JsonTokens& tokens, const DataType& type, Vector& vector, std::size_t row) {
  const std::string_view text = tokens.text();
  const JsonToken token = tokens.token();
  const auto whole = [&](std::int64_t least, std::int64_t greatest) {
    return token == JsonToken::Whole ? CsvValues::integer(text, least, greatest) : std::optional<std::int64_t>();
  };
  switch (type.kind()) {
    case TypeKind::Byte: return put_if<std::int8_t>(vector, row, whole(INT8_MIN, UINT8_MAX));  // Jackson takes unsigned bytes too
    case TypeKind::Short: return put_if<std::int16_t>(vector, row, whole(INT16_MIN, INT16_MAX));
    case TypeKind::Int: return put_if<std::int32_t>(vector, row, whole(INT32_MIN, INT32_MAX));
    case TypeKind::Long: return put_if<std::int64_t>(vector, row, whole(INT64_MIN, INT64_MAX));
    case TypeKind::Float: return put<float>(vector, row, static_cast<float>(token == JsonToken::Special ? *special_of(text) : real_of(text)));
    case TypeKind::Double: return put<double>(vector, row, token == JsonToken::Special ? *special_of(text) : real_of(text));
    case TypeKind::Decimal:
      return token == JsonToken::Special ? JsonOutcome::Misfit : put_decimal(vector, row, CsvValues::decimal(text, type.precision(), type.scale()));
    case TypeKind::Timestamp: {
      const auto seconds = whole(INT64_MIN, INT64_MAX);
      if (!seconds) return JsonOutcome::Misfit;
      return put<std::int64_t>(vector, row, static_cast<std::int64_t>(static_cast<std::uint64_t>(*seconds) * 1'000'000U));
    }
    default: return JsonOutcome::Misfit;
  }
}

JsonOutcome JsonWriter::write_from_text(std::string_view text, const DataType& type, Vector& vector, std::size_t row) {
  switch (type.kind()) {
    case TypeKind::Float:
    case TypeKind::Double: {
      const auto value = options_.allows_special_numbers ? special_of(text) : std::nullopt;
      return type.is(TypeKind::Float) ? put_if<float>(vector, row, value) : put_if<double>(vector, row, value);
    }
    case TypeKind::Decimal: return put_decimal(vector, row, CsvValues::decimal(text, type.precision(), type.scale()));
    case TypeKind::Binary: return decode_base64(text, buffer_) ? put_text(vector, row, buffer_) : JsonOutcome::Misfit;
    case TypeKind::Date: {
      auto days = clocks_.date(text);
      // Spark 1.5 wrote the days since 1970.
      if (!days && clocks_.has_default_date()) {
        if (const auto number = CsvValues::integer(text, INT32_MIN, INT32_MAX)) days = static_cast<std::int32_t>(*number);
      }
      return put_if<std::int32_t>(vector, row, days);
    }
    case TypeKind::Timestamp: return put_if<std::int64_t>(vector, row, clocks_.timestamp(text));
    case TypeKind::TimestampNtz: return put_if<std::int64_t>(vector, row, clocks_.timestamp_ntz(text));
    case TypeKind::YearMonthInterval:
      return put_if<std::int32_t>(vector, row, compute::parse_year_month(text, static_cast<int>(type.year_month_from()), static_cast<int>(type.year_month_to())));
    case TypeKind::DayTimeInterval:
      return put_if<std::int64_t>(vector, row, compute::parse_day_time(text, static_cast<int>(type.day_time_from()), static_cast<int>(type.day_time_to())));
    default: return JsonOutcome::Misfit;
  }
}

JsonOutcome JsonWriter::write(JsonTokens& tokens, const Target& target, Vector& vector, std::size_t row) {
  const JsonToken token = tokens.token();
  if (token == JsonToken::Null) return put_null(vector, row);
  const DataType& type = target.type;
  switch (type.kind()) {
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return write_text(tokens, vector, row);
    case TypeKind::Array: return write_array(tokens, target, vector, row);
    case TypeKind::Map: return write_map(tokens, target, vector, row);
    case TypeKind::Struct: return write_struct(tokens, target, vector, row);
    case TypeKind::Boolean:
      if (token != JsonToken::True && token != JsonToken::False) return JsonOutcome::Misfit;
      return put<bool>(vector, row, token == JsonToken::True);
    default: break;
  }
  if (token == JsonToken::Whole || token == JsonToken::Real || token == JsonToken::Special) return write_number(tokens, type, vector, row);
  if (token != JsonToken::String) return JsonOutcome::Misfit;
  const std::string_view text = tokens.text();
  if (text.empty() && !type.is(TypeKind::Binary)) return JsonOutcome::Misfit;
  return write_from_text(text, type, vector, row);
}

}  // namespace lab::engine
