#pragma once

#include "commands/delta_write.h"

/// Reading rows of one snapshot in order to change them: shared by DELETE, UPDATE, MERGE and replaceWhere.
namespace lab::commands {

/// Files that were rewritten.
struct Rewrite {
  std::vector<std::size_t> touched;  ///< indices into Snapshot::files()
  WrittenData data;
  std::int64_t num_matched = 0;      ///< rows that met the condition
  std::int64_t num_copied = 0;
};

/// Rows of the touched files that do not meet the condition, written anew. A file all of whose rows meet it is only removed.
Rewrite rewrite_without(lake::delta::Table& table, const std::shared_ptr<const lake::delta::Snapshot>& snapshot, const plan::ExpressionPtr& condition,
                        Statement& context, const plan::NameParts& qualifier = {});

/// How many rows of each file meet the condition; files without any are left out.
std::map<std::size_t, std::int64_t> count_matches(const std::shared_ptr<const lake::delta::Snapshot>& snapshot, const plan::ExpressionPtr& condition,
                                                  Statement& context, const plan::NameParts& qualifier);

/// How many rows each of these files has, deleted ones not counted.
std::map<std::size_t, std::int64_t> count_rows(const lake::delta::Snapshot& snapshot, const std::vector<std::size_t>& files, Statement& context);

/// Throws DELTA_VIOLATE_CONSTRAINT_WITH_VALUES when a row breaks a CHECK constraint of the table.
void check_constraints(const plan::bound::Query& rows, const lake::delta::Metadata& metadata, Statement& context);
/// Throws DELTA_REPLACE_WHERE_MISMATCH when a row does not meet the condition.
void check_replace_condition(const plan::bound::Query& rows, const plan::ExpressionPtr& condition, Statement& context);

}  // namespace lab::commands
