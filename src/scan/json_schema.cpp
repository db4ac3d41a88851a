#include "scan/json_schema.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "compute/conditions.h"
#include "scan/json_shape.h"
#include "scan/text_pieces.h"
#include "types/type_text.h"

namespace lab::scan {

namespace {

constexpr Condition kMalformedInInference{"_LEGACY_ERROR_TEMP_2165", "", Kind::Runtime,
    "Malformed records are detected in schema inference. Parse Mode: FAILFAST. Reasons: Failed to infer a common schema. Struct types are expected, but `<dataType>` was found."};

constexpr std::size_t kMaxShown = 1000;  // bytes of a record in an error

/// What the records of one piece look like.
struct PieceShape {
  JsonShape root;
  bool has_corrupt = false;
  std::string corrupt;  ///< the first of them
};

void see_record(JsonTokens& tokens, std::string_view record, PieceShape& shape, const JsonShape::Rules& rules) {
  tokens.begin(record);
  if (tokens.next() == JsonToken::None) return;
  // Twice, because a record that is broken at its end says nothing.
  const auto note_corrupt = [&] {
    if (!std::exchange(shape.has_corrupt, true)) shape.corrupt = std::string(record.substr(0, kMaxShown));
  };
  if (!tokens.skip_children()) return note_corrupt();
  tokens.begin(record);
  if (tokens.next() == JsonToken::StartObject) return shape.root.see(tokens, rules);
  JsonShape other;
  other.see(tokens, rules);
  const JsonShape* inner = &other;
  while (inner->kind() == JsonShape::Kind::Array) inner = &inner->element();
  if (inner->kind() == JsonShape::Kind::Null) return;
  if (inner->kind() == JsonShape::Kind::Struct) return shape.root.merge(*inner);
  note_corrupt();
}

}  // namespace

types::Schema infer_json_schema(const TextScan& scan, const TextReading& reading) {
  const JsonOptions options = JsonOptions::parse(scan.options);
  const ClockTexts clocks(options.clocks, reading.time_zone);
  const JsonShape::Rules rules{options, clocks};
  const auto pieces = cut_pieces(scan);
  std::vector<PieceShape> shapes(pieces.size());
  for_each_piece(scan, pieces, [&](std::size_t number, const TextPiece& piece, const TextFile& file) {
    JsonTokens tokens(options);
    const std::string_view text = file.text();
    if (options.is_multi_line) return see_record(tokens, text, shapes[number], rules);
    for (std::size_t at = line_start_from(text, piece.begin, options.line_separator); at < std::min(piece.end, text.size());)
      see_record(tokens, next_line(text, at, options.line_separator), shapes[number], rules);
  });
  JsonShape root;
  bool has_corrupt = false;
  for (const PieceShape& shape : shapes) {
    root.merge(shape.root);
    has_corrupt = has_corrupt || shape.has_corrupt;
  }
  if (has_corrupt && options.mode == ParseMode::FailFast) {
    if (!scan.is_spark4) throw Error(kMalformedInInference, {{"dataType", "string"}});
    const auto first = std::ranges::find(shapes, true, &PieceShape::has_corrupt);
    throw Error(compute::conditions::kMalformedRecord, {{"badRecord", first->corrupt}, {"failFastMode", "FAILFAST"}});
  }
  types::Schema schema;
  if (const auto type = root.type(options.drops_null_fields)) schema = type->fields();
  const bool is_named = std::ranges::any_of(schema, [&](const types::Field& field) { return field.name == options.corrupt_column; });
  if (has_corrupt && options.mode == ParseMode::Permissive && !is_named) {
    schema.push_back({options.corrupt_column, types::TypeKind::String, true, {}});
    std::ranges::sort(schema, {}, &types::Field::name);
  }
  return schema;
}

std::string schema_of_json(std::string_view json, const std::map<std::string, std::string>& options, const std::string& time_zone) {
  const JsonOptions parsed = JsonOptions::parse(options);
  const ClockTexts clocks(parsed.clocks, time_zone);
  JsonTokens tokens(parsed);
  JsonShape shape;
  tokens.begin(json);
  if (tokens.next() != JsonToken::None) {
    if (tokens.token() == JsonToken::Bad || !tokens.skip_children())
      throw Error(compute::conditions::kMalformedRecord, {{"badRecord", std::string(json)}, {"failFastMode", "FAILFAST"}});
    tokens.begin(json);
    tokens.next();
    shape.see(tokens, {parsed, clocks});
  }
  if (const auto type = shape.type(parsed.drops_null_fields)) return types::sql_string(*type);
  // What is always null is text, but an object without fields is one.
  const types::DataType nothing = types::DataType::structure({});
  if (shape.kind() == JsonShape::Kind::Struct) return types::sql_string(nothing);
  const auto whole = shape.type(false);
  const bool holds_objects = shape.kind() == JsonShape::Kind::Array && (!whole || whole->element().is(types::TypeKind::Struct));
  return types::sql_string(holds_objects ? types::DataType::array(nothing) : types::DataType(types::TypeKind::String));
}

}  // namespace lab::scan
