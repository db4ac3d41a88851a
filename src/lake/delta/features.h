#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lake/delta/actions.h"

/// Table features (PROTOCOL.md "Table Features") and table properties.
namespace lab::lake::delta {

inline constexpr std::string_view kDeltaVersion = "3.3.1";  ///< whose behaviour this is; named in errors

/// Throws DELTA_INVALID_PROTOCOL_VERSION, DELTA_UNSUPPORTED_FEATURES_FOR_READ, DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA.
void check_readable(const Protocol& protocol, const Metadata& metadata, const std::string& table);

/// Listed in the protocol, or implied by its version.
bool has_feature(const Protocol& protocol, std::string_view name);

/// A feature of `before`, listed or implied, is not one of `after`.
bool drops_features(const Protocol& before, const Protocol& after);

/// The value in the configuration (keys without case), or Delta's default; empty for unknown keys.
std::string table_property(const std::map<std::string, std::string>& configuration, std::string_view key);
bool is_true_property(const Metadata& metadata, std::string_view key);
/// Keys as Delta spells them. Throws DELTA_UNKNOWN_CONFIGURATION for `delta.` keys that nobody knows.
void normalize_properties(std::map<std::string, std::string>& configuration);
/// `interval 1 week`, `7 days`: milliseconds. Throws DELTA_INVALID_INTERVAL.
std::int64_t interval_millis(std::string_view text);

enum class MappingMode { None, Name, Id };
MappingMode mapping_mode(const Metadata& metadata);

}  // namespace lab::lake::delta
