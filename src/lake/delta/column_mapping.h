#pragma once

#include <string>
#include <vector>

#include "lake/delta/actions.h"
#include "lake/delta/features.h"

/// What rides in the metadata of fields.
namespace lab::lake::delta {

/// Under which name a field stands in data files, statistics and partition values.
std::string physical_name(const types::Field& field, MappingMode mode);
std::optional<std::int32_t> field_id(const types::Field& field);
/// The type with the names that its fields have in data files.
types::DataType physical_type(const types::DataType& type, MappingMode mode);

/// Gives fields without id and physical name new ones, and keeps `delta.columnMapping.maxColumnId` true. Fields that `before` has under
/// the same name take over what they are there. With `keeps_names`, new physical names are the names: files may have them already.
void assign_column_mapping(Metadata& metadata, const types::Schema& before, bool keeps_names = false);

/// A `delta.typeChanges` entry.
struct TypeChange {
  std::string field, from, to;
};
std::vector<TypeChange> type_changes(const types::Schema& schema);

/// The SQL of `delta.invariants` of a field, if any.
std::optional<std::string> invariant_of(const types::Field& field);

}  // namespace lab::lake::delta
