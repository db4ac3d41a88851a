#include <algorithm>
#include <set>

#include "base/error.h"
#include "lake/delta/column_mapping.h"
#include "lake/delta/conditions.h"
#include "lake/delta/features.h"
#include "lake/delta/table.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

using types::DataType;
using types::TypeKind;

/// One table feature: what we do with it, and since which versions of the protocol it is there without being listed (0: never).
struct Feature {
  std::string_view name;
  bool in_reader;     ///< readers must know it
  bool can_write;
  int legacy_writer;
  int legacy_reader;
};

constexpr Feature kFeatures[] = {
    {"allowColumnDefaults", false, true, 0, 0},
    {"appendOnly", false, true, 2, 0},
    {"changeDataFeed", false, true, 4, 0},
    {"checkConstraints", false, true, 3, 0},
    {"clustering", false, true, 0, 0},
    {"columnMapping", true, true, 5, 2},
    {"deletionVectors", true, true, 0, 0},
    {"domainMetadata", false, true, 0, 0},
    {"generatedColumns", false, true, 4, 0},
    {"identityColumns", false, true, 6, 0},
    {"inCommitTimestamp", false, true, 0, 0},
    {"inCommitTimestamp-preview", false, true, 0, 0},
    {"invariants", false, true, 2, 0},
    {"timestampNtz", true, true, 0, 0},
    {"typeWidening", true, true, 0, 0},
    {"typeWidening-preview", true, true, 0, 0},
    {"v2Checkpoint", true, true, 0, 0},
    {"vacuumProtocolCheck", true, true, 0, 0},
    {"variantType", true, false, 0, 0},
    {"variantType-preview", true, false, 0, 0},
};

const Feature* find_feature(std::string_view name) {
  for (const Feature& feature : kFeatures)
    if (same_name(feature.name, name)) return &feature;
  return nullptr;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool contains(const std::vector<std::string>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

bool any_type(const DataType& type, TypeKind kind) {
  switch (type.kind()) {
    case TypeKind::Array: return any_type(type.element(), kind);
    case TypeKind::Map: return any_type(type.key(), kind) || any_type(type.value(), kind);
    case TypeKind::Struct:
      return std::any_of(type.fields().begin(), type.fields().end(), [&](const types::Field& field) { return any_type(field.type, kind); });
    default: return type.is(kind);
  }
}

bool any_type(const types::Schema& schema, TypeKind kind) {
  return std::any_of(schema.begin(), schema.end(), [&](const types::Field& field) { return any_type(field.type, kind); });
}

// Any field, nested ones too, with this key in its metadata.
bool any_field_with(const types::Schema& schema, std::string_view key) {
  return std::any_of(schema.begin(), schema.end(), [&](const types::Field& field) {
    return field.metadata.find("\"" + std::string(key)) != std::string::npos ||
           (field.type.is(TypeKind::Struct) && any_field_with(field.type.fields(), key));
  });
}

bool is_supported_widening(const std::string& from, const std::string& to) {
  static const std::set<std::pair<std::string, std::string>> kPairs = {
      {"byte", "short"},   {"byte", "integer"},   {"byte", "long"},      {"byte", "double"}, {"short", "integer"},
      {"short", "long"},   {"short", "double"},   {"integer", "long"},   {"integer", "double"}, {"float", "double"},
      {"date", "timestamp_ntz"}};
  if (kPairs.contains({from, to})) return true;
  const bool from_exact = from == "byte" || from == "short" || from == "integer" || from == "long" || from.starts_with("decimal");
  return from_exact && to.starts_with("decimal");
}

// What the metadata of a table needs, by feature.
std::set<std::string> needed_features(const Metadata& metadata) {
  std::set<std::string> needed;
  if (is_true_property(metadata, "delta.appendOnly")) needed.emplace("appendOnly");
  if (any_field_with(metadata.schema, "delta.invariants")) needed.emplace("invariants");
  if (std::any_of(metadata.schema.begin(), metadata.schema.end(), [](const types::Field& field) { return !field.nullable; })) needed.emplace("invariants");
  for (const auto& [key, value] : metadata.configuration)
    if (lower_case(key).starts_with("delta.constraints.")) needed.emplace("checkConstraints");
  if (is_true_property(metadata, "delta.enableChangeDataFeed")) needed.emplace("changeDataFeed");
  if (any_field_with(metadata.schema, "delta.generationExpression")) needed.emplace("generatedColumns");
  if (any_field_with(metadata.schema, "delta.identity.")) needed.emplace("identityColumns");
  if (any_field_with(metadata.schema, "CURRENT_DEFAULT")) needed.emplace("allowColumnDefaults");
  if (mapping_mode(metadata) != MappingMode::None) needed.emplace("columnMapping");
  if (is_true_property(metadata, "delta.enableDeletionVectors")) needed.emplace("deletionVectors");
  if (any_type(metadata.schema, TypeKind::TimestampNtz)) needed.emplace("timestampNtz");
  if (any_type(metadata.schema, TypeKind::Variant)) needed.emplace("variantType");
  if (is_true_property(metadata, "delta.enableInCommitTimestamps")) needed.emplace("inCommitTimestamp");
  if (is_true_property(metadata, "delta.enableTypeWidening")) needed.emplace("typeWidening");
  if (is_true_property(metadata, "delta.enableRowTracking")) needed.insert({"rowTracking", "domainMetadata"});
  if (is_true_property(metadata, "delta.enableIcebergCompatV1")) needed.emplace("icebergCompatV1");
  if (is_true_property(metadata, "delta.enableIcebergCompatV2")) needed.emplace("icebergCompatV2");
  if (same_name(table_property(metadata.configuration, "delta.checkpointPolicy"), "v2")) needed.emplace("v2Checkpoint");
  for (const auto& [key, value] : metadata.configuration) {
    if (!lower_case(key).starts_with("delta.feature.")) continue;
    const Feature* known = find_feature(key.substr(14));
    if (!known) throw Error(conditions::kUnsupportedFeaturesInConfig, {{"configs", key.substr(14)}});
    needed.emplace(known->name);
  }
  return needed;
}

// Where the listed features are just those of an older number, the number says it, and more programs can read the table.
Protocol normalized(Protocol protocol) {
  if (protocol.min_writer_version < 7) return protocol;
  const std::set<std::string> listed(protocol.writer_features.begin(), protocol.writer_features.end());
  const bool has_mapping = listed.contains("columnMapping");
  for (const std::string& name : protocol.reader_features)
    if (name != "columnMapping") return protocol;
  std::set<std::string> implied;
  for (int version = 1; version < 7; ++version) {
    for (const Feature& feature : kFeatures)
      if (feature.legacy_writer == version) implied.emplace(feature.name);
    if (implied == listed) return {.min_reader_version = has_mapping ? 2 : 1, .min_writer_version = version, .reader_features = {}, .writer_features = {}};
  }
  return protocol;
}

// `base` with these features, in the least form that can say so.
Protocol with_features(const Protocol& base, const std::set<std::string>& needed) {
  std::vector<std::string> missing;
  for (const std::string& name : needed)
    if (!has_feature(base, name)) missing.push_back(name);
  if (missing.empty()) return base;
  Protocol result = base;
  if (base.min_writer_version < 7) {
    // From here on every feature is listed, also those that came with the old number.
    result.writer_features.clear();
    for (const Feature& feature : kFeatures)
      if (feature.legacy_writer > 0 && feature.legacy_writer <= base.min_writer_version) result.writer_features.emplace_back(feature.name);
    result.min_writer_version = 7;
  }
  for (const std::string& name : missing) {
    const Feature* known = find_feature(name);
    if (!contains(result.writer_features, name)) result.writer_features.push_back(name);
    if (!known || !known->in_reader) continue;
    if (known->legacy_reader > 0 && result.min_reader_version < 3) {
      result.min_reader_version = std::max(result.min_reader_version, known->legacy_reader);
      continue;
    }
    if (result.min_reader_version < 3) {
      result.reader_features.clear();
      for (const Feature& feature : kFeatures)
        if (feature.legacy_reader > 0 && (feature.legacy_reader <= base.min_reader_version || contains(result.writer_features, feature.name)))
          result.reader_features.emplace_back(feature.name);
      result.min_reader_version = 3;
    }
    if (!contains(result.reader_features, name)) result.reader_features.push_back(name);
  }
  return normalized(std::move(result));
}

/// The version of the protocol that a property asks for.
int asked_version(const Metadata& metadata, const char* key, int most, int otherwise) {
  const std::string text = table_property(metadata.configuration, key);
  if (text.empty()) return otherwise;
  const auto value = parse_value(text, TypeKind::Int);
  if (!value || value->integer() < 1 || value->integer() > most)
    throw Error(conditions::kInvalidProperty, {{"table", metadata.id}, {"property", key}, {"rule", "must be a version of the protocol, found " + text}});
  return static_cast<int>(value->integer());
}

void refuse_unwritable(const std::vector<std::string>& names) {
  if (!names.empty())
    throw Error(conditions::kUnsupportedForWrite,
                {{"tableNameOrPath", "the table"}, {"deltaVersion", std::string(kDeltaVersion)}, {"unsupported", join(names)}});
}

}  // namespace

bool has_feature(const Protocol& protocol, std::string_view name) {
  if (protocol.min_writer_version >= 7) {
    if (contains(protocol.writer_features, name) || contains(protocol.reader_features, name)) return true;
    return false;
  }
  const Feature* feature = find_feature(name);
  return feature && feature->legacy_writer > 0 && feature->legacy_writer <= protocol.min_writer_version;
}

bool drops_features(const Protocol& before, const Protocol& after) {
  return std::any_of(std::begin(kFeatures), std::end(kFeatures), [&](const Feature& feature) { return has_feature(before, feature.name) && !has_feature(after, feature.name); });
}

void check_readable(const Protocol& protocol, const Metadata& metadata, const std::string& table) {
  if (protocol.min_reader_version < 1 || protocol.min_reader_version > 3)
    throw Error(conditions::kInvalidProtocolVersion, {{"tableNameOrPath", table},
                                                      {"readerRequired", std::to_string(protocol.min_reader_version)},
                                                      {"writerRequired", std::to_string(protocol.min_writer_version)},
                                                      {"deltaVersion", std::string(kDeltaVersion)},
                                                      {"supportedReaders", "1, 2, 3"},
                                                      {"supportedWriters", "1, 2, 3, 4, 5, 6, 7"}});
  if (protocol.min_reader_version < 3) return;
  std::vector<std::string> unknown;
  for (const std::string& name : protocol.reader_features) {
    const Feature* feature = find_feature(name);
    if (!feature || !feature->in_reader) unknown.push_back(name);
  }
  if (!unknown.empty())
    throw Error(conditions::kUnsupportedForRead, {{"tableNameOrPath", table}, {"deltaVersion", std::string(kDeltaVersion)}, {"unsupported", join(unknown)}});
  if (has_feature(protocol, "typeWidening") || has_feature(protocol, "typeWidening-preview"))
    for (const TypeChange& change : type_changes(metadata.schema))
      if (!is_supported_widening(change.from, change.to))
        throw Error(conditions::kUnsupportedTypeChange, {{"fieldName", change.field}, {"fromType", change.from}, {"toType", change.to}});
}

Protocol protocol_for(const Metadata& metadata) {
  Protocol protocol;
  const int reader = asked_version(metadata, "delta.minReaderVersion", 3, 1), writer = asked_version(metadata, "delta.minWriterVersion", 7, 2);
  if (writer < 7) protocol.min_writer_version = writer;
  if (reader < 3) protocol.min_reader_version = reader;
  std::set<std::string> needed = needed_features(metadata);
  // Asked for by number: the table has the features that it needs and none that come with an older number.
  if (writer == 7 || reader == 3) protocol = {.min_reader_version = std::min(reader, 2), .min_writer_version = 1, .reader_features = {}, .writer_features = {}};
  if (reader == 3) protocol.min_reader_version = 1;
  protocol = with_features(protocol, needed);
  check_writable(protocol, metadata);
  return protocol;
}

Protocol upgraded_protocol(const Protocol& current, const Metadata& metadata) {
  std::set<std::string> needed = needed_features(metadata);
  const int reader = asked_version(metadata, "delta.minReaderVersion", 3, current.min_reader_version);
  const int writer = asked_version(metadata, "delta.minWriterVersion", 7, current.min_writer_version);
  if (reader < current.min_reader_version || writer < current.min_writer_version) {
    const auto shown = [](int of_reader, int of_writer) { return "Protocol(" + std::to_string(of_reader) + "," + std::to_string(of_writer) + ")"; };
    throw Error(conditions::kProtocolDowngrade,
                {{"oldProtocol", shown(current.min_reader_version, current.min_writer_version)}, {"newProtocol", shown(reader, writer)}});
  }
  // A number stands for the features that came with it.
  for (const Feature& feature : kFeatures)
    if (writer < 7 && feature.legacy_writer > current.min_writer_version && feature.legacy_writer <= writer && feature.legacy_reader <= reader) needed.emplace(feature.name);
  const Protocol protocol = with_features(current, needed);
  check_writable(protocol, metadata);
  return protocol;
}

void check_writable(const Protocol& protocol, const Metadata& metadata) {
  if (protocol.min_writer_version > 7)
    throw Error(conditions::kInvalidProtocolVersion, {{"tableNameOrPath", metadata.id},
                                                      {"readerRequired", std::to_string(protocol.min_reader_version)},
                                                      {"writerRequired", std::to_string(protocol.min_writer_version)},
                                                      {"deltaVersion", std::string(kDeltaVersion)},
                                                      {"supportedReaders", "1, 2, 3"},
                                                      {"supportedWriters", "1, 2, 3, 4, 5, 6, 7"}});
  std::vector<std::string> refused;
  if (protocol.min_writer_version == 7)
    for (const std::string& name : protocol.writer_features) {
      const Feature* feature = find_feature(name);
      if (!feature || !feature->can_write) refused.push_back(name);
    }
  // A listed feature that obliges a writer only where the table uses it, in a way that is not there.
  if (mapping_mode(metadata) == MappingMode::Id &&
      std::any_of(metadata.schema.begin(), metadata.schema.end(), [](const types::Field& field) { return field.type.is_nested(); }))
    refused.emplace_back("columnMapping (ids of nested fields)");
  refuse_unwritable(refused);
}

}  // namespace lab::lake::delta
