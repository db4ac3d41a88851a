#include "functions/common_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// concat joins arrays of one type, or binaries, or texts of everything else.
CallTypes concat_types(const CallShape& shape) {
  std::vector<DataType> types;
  bool arrays = true, binaries = shape.size() > 0, has_array = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const DataType& type = shape.type(i);
    types.push_back(type);
    if (type.is(TypeKind::Map) || type.is(TypeKind::Struct) || type.is(TypeKind::Variant))
      throw Misfit{Misfit::Why::Input, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")"};
    arrays = arrays && type.is(TypeKind::Array);
    has_array = has_array || type.is(TypeKind::Array);
    binaries = binaries && type.is(TypeKind::Binary);
  }
  if (arrays && shape.size() > 0) {
    auto common = wider_common_type(types, shape.policy);
    if (!common) throw Misfit{Misfit::Why::DifferentTypes};
    if (common->is(TypeKind::Array)) return {std::vector<DataType>(shape.size(), *common), *common, {}};
  }
  if (binaries) return {types, TypeKind::Binary, {}};
  if (has_array) {
    Misfit misfit{Misfit::Why::DifferentTypes};
    for (const DataType& type : types) misfit.promoted.push_back(type.is(TypeKind::Array) ? type : DataType(TypeKind::String));
    throw misfit;
  }
  return {std::vector<DataType>(shape.size(), TypeKind::String), TypeKind::String, {}};
}

std::string lower_concat(const LowerCall& call) {
  if (call.size() == 0) return "''";
  std::string text = "(";
  for (std::size_t i = 0; i < call.size(); ++i) text += (i > 0 ? " || " : "") + call.sql[i];
  return text + ")";
}

CallTypes concat_ws_types(const CallShape& shape) {
  CallTypes types{{TypeKind::String}, TypeKind::String, {}};
  for (std::size_t i = 1; i < shape.size(); ++i) {
    const DataType& type = shape.type(i);
    if (type.is(TypeKind::Array)) {
      if (!implicit_type(type.element(), TypeKind::String, shape.policy))
        throw Misfit{Misfit::Why::Input, i, "(\"STRING\" or \"ARRAY<STRING>\")"};
      types.arguments.push_back(DataType::array(TypeKind::String, true));
    } else if (type.is_atomic() || type.is(TypeKind::Null)) {
      types.arguments.push_back(TypeKind::String);
    } else {
      throw Misfit{Misfit::Why::Input, i, "(\"STRING\" or \"ARRAY<STRING>\")"};
    }
  }
  types.nullable = shape.arguments[0]->nullable;
  return types;
}

/// NULLs are left out, of arrays too; only a NULL separator gives NULL.
std::string lower_concat_ws(const LowerCall& call) {
  std::string lists;
  for (std::size_t i = 1; i < call.size(); ++i) {
    lists += (i > 1 ? ", " : "") +
             (call.type(i).is(TypeKind::Array) ? "coalesce(" + call.sql[i] + ", [])" : "[" + call.sql[i] + "]");
  }
  const std::string list =
      call.size() == 1 ? "CAST([] AS VARCHAR[])" : "list_concat(" + lists + ", CAST([] AS VARCHAR[]))";
  return "lab_array_join(" + list + ", " + call.sql[0] + ")";
}

CallTypes elt_types(const CallShape& shape) {
  bool binaries = true;
  for (std::size_t i = 1; i < shape.size(); ++i) binaries = binaries && shape.type(i).is(TypeKind::Binary);
  const DataType type = binaries ? TypeKind::Binary : TypeKind::String;
  std::vector<DataType> arguments(shape.size(), type);
  arguments[0] = TypeKind::Int;
  return {arguments, type, true};
}

std::string lower_elt(const LowerCall& call) {
  std::string list;
  for (std::size_t i = 1; i < call.size(); ++i) list += (i > 1 ? ", " : "") + call.sql[i];
  return "list_extract([" + list + "], lab_elt_index(" + call.sql[0] + ", " + std::to_string(call.size() - 1) + ", " +
         (call.ansi ? "true" : "false") + "))";
}

/// Text stays text, binary binary, all else becomes text.
DataType text_or_binary(const DataType& type) { return type.is(TypeKind::Binary) ? type : DataType(TypeKind::String); }

CallTypes substring_types(const CallShape& shape) {
  const DataType type = text_or_binary(shape.type(0));
  if (shape.type(0).is_nested()) throw Misfit{Misfit::Why::Input, 0, "(\"STRING\" or \"BINARY\")"};
  std::vector<DataType> arguments(shape.size(), TypeKind::Int);
  arguments[0] = type;
  return {arguments, type, {}};
}

CallTypes pad_types(const CallShape& shape) {
  const bool binary = shape.type(0).is(TypeKind::Binary) && (shape.size() < 3 || shape.type(2).is(TypeKind::Binary));
  const DataType type = binary ? TypeKind::Binary : TypeKind::String;
  std::vector<DataType> arguments(shape.size(), type);
  arguments[1] = TypeKind::Int;
  return {arguments, type, {}};
}

CallTypes overlay_types(const CallShape& shape) {
  const bool binary = shape.type(0).is(TypeKind::Binary) && shape.type(1).is(TypeKind::Binary);
  const DataType type = binary ? TypeKind::Binary : TypeKind::String;
  std::vector<DataType> arguments(shape.size(), TypeKind::Int);
  arguments[0] = arguments[1] = type;
  return {arguments, type, {}};
}

CallTypes reverse_types(const CallShape& shape) {
  const DataType type = shape.type(0).is(TypeKind::Array) ? shape.type(0) : DataType(TypeKind::String);
  return {{type}, type, {}};
}

std::string lower_reverse(const LowerCall& call) {
  return (call.result.is(TypeKind::Array) ? "list_reverse(" : "lab_reverse(") + call.sql[0] + ")";
}

std::string lower_initcap(const LowerCall& call) {
  return (call.policy.is_spark4 ? "lab_initcap_whole(" : "lab_initcap(") + call.sql[0] + ")";
}

CallTypes format_string_types(const CallShape& shape) {
  CallTypes types{{TypeKind::String}, TypeKind::String, true};
  for (std::size_t i = 1; i < shape.size(); ++i) types.arguments.push_back(shape.type(i));
  return types;
}

/// The arguments travel as a struct, with a letter for each one's Spark type.
std::string lower_format_string(const LowerCall& call) {
  std::string values = "{";
  for (std::size_t i = 1; i < call.size(); ++i) {
    const std::string text = call.type(i).is(TypeKind::Null) ? "CAST(" + call.sql[i] + " AS VARCHAR)" : call.sql[i];
    values += (i > 1 ? ", 'f" : "'f") + std::to_string(i - 1) + "': " + text;
  }
  if (call.size() == 1) values += "'f0': NULL::INTEGER";
  return "lab_format_string(" + call.sql[0] + ", " + values + "}, " + call.zone() + ")";
}

CallTypes format_number_types(const CallShape& shape) {
  const DataType type = shape.type(0).is_numeric() ? shape.type(0) : DataType(TypeKind::Double);
  const DataType format = shape.type(1).is_text() ? DataType(TypeKind::String) : DataType(TypeKind::Int);
  return {{type, format}, TypeKind::String, true};
}

std::string lower_format_number(const LowerCall& call) {
  const bool decimal = call.type(0).is(TypeKind::Decimal), integral = call.type(0).is_integral();
  const std::string text = decimal || integral ? "CAST(" + call.sql[0] + " AS VARCHAR)"
                                               : "lab_plain_digits(CAST(" + call.sql[0] + " AS DOUBLE))";
  return "lab_format_number(" + text + ", " + call.sql[1] + ")";
}

std::string lower_encode(const LowerCall& call) {
  return "lab_encode(" + call.sql[0] + ", " + call.sql[1] + ", " + (call.policy.is_spark4 ? "true" : "false") + ")";
}

/// A NULL replacement keeps characters of that kind: it travels as a NUL, as only the last may be absent.
std::string lower_mask(const LowerCall& call) {
  std::string text = "lab_mask(" + call.sql[0];
  constexpr std::string_view kDefaults[] = {"'X'", "'x'", "'n'"};
  for (std::size_t i = 0; i < 3; ++i)
    text += ", " + (i + 1 < call.size() ? "coalesce(" + call.sql[i + 1] + ", chr(0))" : std::string(kDefaults[i]));
  if (call.size() < 5) return text + ", '', true)";
  return text + ", coalesce(" + call.sql[4] + ", ''), " + call.sql[4] + " IS NULL)";
}

std::string lower_locate(const LowerCall& call) {
  return "lab_locate(" + call.sql[0] + ", " + call.sql[1] + ", " +
         (call.size() > 2 ? "coalesce(" + call.sql[2] + ", 0)" : "1") + ")";
}

std::string lower_trim_by(std::string_view side, const LowerCall& call) {
  if (call.size() == 1) return "lab_" + std::string(side) + "(" + call.sql[0] + ")";
  return "lab_" + std::string(side) + "(" + call.sql[1] + ", " + call.sql[0] + ")";
}
std::string lower_trim(const LowerCall& call) { return lower_trim_by("trim", call); }
std::string lower_ltrim(const LowerCall& call) { return lower_trim_by("ltrim", call); }
std::string lower_rtrim(const LowerCall& call) { return lower_trim_by("rtrim", call); }

std::string lower_sentences(const LowerCall& call) {
  return "lab_sentences(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : "''") + ", " + (call.size() > 2 ? call.sql[2] : "''") + ")";
}

/// Two binaries are compared as bytes; one beside anything else becomes text.
CallTypes both_texts_types(const CallShape& shape) {
  const bool bytes = shape.type(0).is(TypeKind::Binary) && shape.type(1).is(TypeKind::Binary);
  for (std::size_t i = 0; i < 2; ++i)
    if (!shape.type(i).is(TypeKind::Binary) && !implicit_type(shape.type(i), TypeKind::String, shape.policy))
      throw Misfit{Misfit::Why::Input, i, "\"STRING\""};
  const DataType text = bytes ? TypeKind::Binary : TypeKind::String;
  return {{text, text}, TypeKind::Boolean, {}};
}

constexpr FunctionRow kTextTable[] = {
    {.name = "ascii",
     .signature = "(str: string) -> int",
     .native = "lab_ascii",
     .doc = "Code point of the first character; 0 for an empty string."},
    {.name = "base64",
     .signature = "(bin: binary) -> string",
     .native = "lab_base64",
     .doc = "Base 64 text of binary."},
    {.name = "bit_length",
     .signature = "(value: string|binary) -> int",
     .native = "lab_bit_length",
     .doc = "Length in bits."},
    {.name = "btrim",
     .signature = "(str: string, characters?: string) -> string",
     .native = "lab_trim",
     .doc = "Without the characters at both ends."},
    {.name = "char",
     .signature = "(code: bigint) -> string",
     .native = "lab_chr",
     .doc = "Character of a code, modulo 256."},
    {.name = "char_length",
     .signature = "(value: string|binary) -> int",
     .native = "lab_length",
     .doc = "Length in characters, of binary in bytes."},
    {.name = "character_length", .alias_of = "char_length"},
    {.name = "chr", .alias_of = "char"},
    {.name = "concat",
     .signature = "(values: any...?) -> any",
     .lower = &lower_concat,
     .types = &concat_types,
     .doc = "Texts, binaries or arrays one behind the other."},
    {.name = "concat_ws",
     .signature = "(separator: string, values: any...?) -> string",
     .lower = &lower_concat_ws,
     .types = &concat_ws_types,
     .doc = "Texts and arrays of texts with a separator between, NULLs left out."},
    {.name = "contains",
     .signature = "(left: string|binary, right: string|binary) -> boolean",
     .native = "lab_contains",
     .types = &both_texts_types,
     .doc = "The right one occurs in the left one."},
    {.name = "elt",
     .signature = "(n: int, first: any, rest: any...?) -> any",
     .lower = &lower_elt,
     .types = &elt_types,
     .may_raise = true,
     .doc = "The n-th of the values behind it."},
    {.name = "encode",
     .signature = "(str: string, charset: string) -> binary",
     .lower = &lower_encode,
     .may_raise = true,
     .doc = "Binary of a text in a charset."},
    {.name = "endswith",
     .signature = "(left: string|binary, right: string|binary) -> boolean",
     .native = "lab_ends_with",
     .types = &both_texts_types,
     .doc = "Ends with."},
    {.name = "find_in_set",
     .signature = "(str: string, set: string) -> int",
     .native = "lab_find_in_set",
     .doc = "Position in a list separated by commas."},
    {.name = "format_number",
     .signature = "(value: any, format: any) -> string",
     .lower = &lower_format_number,
     .types = &format_number_types,
     .doc = "A number with grouping commas and n decimals, or by a pattern."},
    {.name = "format_string",
     .signature = "(format: string, values: any...?) -> string",
     .lower = &lower_format_string,
     .types = &format_string_types,
     .may_raise = true,
     .doc = "As Java's String.format."},
    {.name = "initcap",
     .signature = "(str: string) -> string",
     .lower = &lower_initcap,
     .doc = "First letter of each word in capitals."},
    {.name = "instr",
     .signature = "(str: string, substr: string) -> int",
     .sql = "CAST(instr($1, $2) AS INTEGER)",
     .doc = "Position of the first occurrence, from 1; 0 for none."},
    {.name = "is_valid_utf8",
     .signature = "(str: string|binary) -> boolean",
     .native = "lab_is_valid_utf8",
     .since_version = Since::Spark4Only,
     .doc = "Is well-formed UTF-8."},
    {.name = "lcase", .alias_of = "lower"},
    {.name = "left",
     .signature = "(str: any, len: int) -> any",
     .native = "lab_left",
     .types = &substring_types,
     .doc = "The first characters."},
    {.name = "len", .alias_of = "char_length"},
    {.name = "length", .alias_of = "char_length"},
    {.name = "levenshtein",
     .signature = "(left: string, right: string, threshold?: int) -> int",
     .native = "lab_levenshtein",
     .doc = "Edit distance; -1 beyond the threshold."},
    {.name = "locate",
     .signature = "(substr: string, str: string, pos?: int) -> int",
     .lower = &lower_locate,
     .doc = "Position of the first occurrence at or behind pos."},
    {.name = "lower", .signature = "(str: string) -> string", .native = "lab_lower", .doc = "In small letters."},
    {.name = "lpad",
     .signature = "(str: any, len: int, pad?: any) -> any",
     .native = "lab_lpad",
     .types = &pad_types,
     .doc = "Padded in front to a length."},
    {.name = "ltrim",
     .signature = "(characters: string, str?: string) -> string",
     .lower = &lower_ltrim,
     .doc = "Without blanks, or without the characters, in front."},
    {.name = "luhn_check",
     .signature = "(digits: string) -> boolean",
     .native = "lab_luhn_check",
     .doc = "Passes the Luhn test of card numbers."},
    {.name = "make_valid_utf8",
     .signature = "(str: string) -> string",
     .sql = "$1",
     .since_version = Since::Spark4Only,
     .doc = "Text with ill-formed bytes replaced."},
    {.name = "mask",
     .signature = "(str: string, upper?: string, lower?: string, digit?: string, other?: string) -> string",
     .lower = &lower_mask,
     .doc = "Letters and digits replaced by X, x and n."},
    {.name = "octet_length",
     .signature = "(value: string|binary) -> int",
     .native = "lab_octet_length",
     .doc = "Length in bytes."},
    {.name = "overlay",
     .signature = "(input: any, replace: any, pos: int, len?: int) -> any",
     .native = "lab_overlay",
     .types = &overlay_types,
     .doc = "A piece replaced by another text."},
    {.name = "parse_url",
     .signature = "(url: string, part: string, key?: string) -> string",
     .native = "lab_parse_url",
     .nullability = Nullability::Always,
     .may_raise = true,
     .takes_ansi = true,
     .doc = "A part of a URL."},
    {.name = "position", .alias_of = "locate"},
    {.name = "printf", .alias_of = "format_string"},
    {.name = "quote",
     .signature = "(str: string) -> string",
     .sql = "'''' || replace(replace($1, '\\', '\\\\'), '''', '\\''') || ''''",
     .since_version = Since::Spark4Only,
     .doc = "The text in single quotes, inner ones escaped."},
    {.name = "repeat",
     .signature = "(str: string, n: int) -> string",
     .native = "lab_repeat",
     .doc = "n times one behind the other."},
    {.name = "replace",
     .signature = "(str: string, search: string, replace?: string) -> string",
     .native = "lab_replace",
     .doc = "All occurrences replaced."},
    {.name = "reverse",
     .signature = "(value: any) -> any",
     .lower = &lower_reverse,
     .types = &reverse_types,
     .doc = "A text or array from its end."},
    {.name = "right",
     .signature = "(str: string, len: int) -> string",
     .native = "lab_right",
     .doc = "The last characters."},
    {.name = "rpad",
     .signature = "(str: any, len: int, pad?: any) -> any",
     .native = "lab_rpad",
     .types = &pad_types,
     .doc = "Padded behind to a length."},
    {.name = "rtrim",
     .signature = "(characters: string, str?: string) -> string",
     .lower = &lower_rtrim,
     .doc = "Without blanks, or without the characters, behind."},
    {.name = "sentences",
     .signature = "(str: string, language?: string, country?: string) -> array<array<string>>",
     .lower = &lower_sentences,
     .doc = "Words of sentences."},
    {.name = "soundex", .signature = "(str: string) -> string", .native = "lab_soundex", .doc = "Soundex code."},
    {.name = "space", .signature = "(n: int) -> string", .sql = "repeat(' ', CAST($1 AS BIGINT))", .doc = "n blanks."},
    {.name = "split_part",
     .signature = "(str: string, delimiter: string, part: int) -> string",
     .native = "lab_split_part",
     .may_raise = true,
     .doc = "A part of a text split at a delimiter; negative counts from behind."},
    {.name = "startswith",
     .signature = "(left: string|binary, right: string|binary) -> boolean",
     .native = "lab_starts_with",
     .types = &both_texts_types,
     .doc = "Begins with."},
    {.name = "substr", .alias_of = "substring"},
    {.name = "substring",
     .signature = "(str: any, pos: int, len?: int) -> any",
     .native = "lab_substring",
     .types = &substring_types,
     .doc = "A piece from pos (1-based; negative from behind)."},
    {.name = "substring_index",
     .signature = "(str: string, delimiter: string, count: int) -> string",
     .native = "lab_substring_index",
     .doc = "What stands before the count-th delimiter."},
    {.name = "translate",
     .signature = "(str: string, from: string, to: string) -> string",
     .native = "lab_translate",
     .doc = "Characters replaced one by one."},
    {.name = "trim",
     .signature = "(characters: string, str?: string) -> string",
     .lower = &lower_trim,
     .doc = "Without blanks, or without the characters, at both ends."},
    {.name = "try_parse_url",
     .signature = "(url: string, part: string, key?: string) -> string",
     .sql = "lab_parse_url($*, false)",
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only,
     .doc = "A part of a URL, NULL for what is none."},
    {.name = "try_url_decode",
     .signature = "(str: string) -> string",
     .native = "lab_try_url_decode",
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only,
     .doc = "url_decode, NULL for what is none."},
    {.name = "try_validate_utf8",
     .signature = "(str: string|binary) -> string",
     .native = "lab_try_validate_utf8",
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only,
     .doc = "The text, or NULL for ill-formed UTF-8."},
    {.name = "ucase", .alias_of = "upper"},
    {.name = "unbase64",
     .signature = "(str: string) -> binary",
     .native = "lab_unbase64",
     .may_raise = true,
     .doc = "Binary of base 64 text."},
    {.name = "upper", .signature = "(str: string) -> string", .native = "lab_upper", .doc = "In capital letters."},
    {.name = "url_decode",
     .signature = "(str: string) -> string",
     .native = "lab_url_decode",
     .may_raise = true,
     .doc = "Text of its URL encoding."},
    {.name = "url_encode",
     .signature = "(str: string) -> string",
     .native = "lab_url_encode",
     .doc = "Text in URL encoding."},
    {.name = "validate_utf8",
     .signature = "(str: string|binary) -> string",
     .native = "lab_validate_utf8",
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "The text, or an error for ill-formed UTF-8."},
    {.name = "||", .alias_of = "concat"},
};
static_assert(are_rows_in_order(kTextTable));

}  // namespace

constinit const Rows kTextRows = kTextTable;

}  // namespace lab::functions
