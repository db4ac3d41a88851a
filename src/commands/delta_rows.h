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

}  // namespace lab::commands
