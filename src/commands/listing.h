#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "types/value.h"

namespace lab::commands {

class Statement;

/// Spark's pattern of SHOW … LIKE: `*` for anything, `|` between alternatives, any case; without a pattern everything fits.
bool matches_pattern(const std::string& name, const std::optional<std::string>& pattern);

inline types::Value text_value(std::string text) { return {std::move(text)}; }
inline types::Value flag_value(bool flag) { return {flag}; }
inline types::Field text_column(std::string name, bool nullable = false) { return {std::move(name), types::TypeKind::String, nullable, {}}; }
inline types::Field flag_column(std::string name) { return {std::move(name), types::TypeKind::Boolean, false, {}}; }


/// What SHOW TABLE EXTENDED tells of a table or view: `Key: value` lines, its columns last.
std::string table_information(const catalog::Table& entry, Statement& context);

/// `Sun Nov 29 01:02:03 UTC 2026`, as Java prints an instant.
std::string time_text(std::int64_t micros);

/// WRONG_COMMAND_FOR_OBJECT_TYPE: the command is for another kind of object.
Error wrong_object(const catalog::Table& entry, const char* operation, const char* alternative, const char* required_type);

}  // namespace lab::commands
