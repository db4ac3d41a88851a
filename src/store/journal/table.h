#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "store/journal/value.h"

namespace lab::store {

/// What happens to rows over time.
enum class RowKind {
  History,  ///< closed, never overwritten; carries the commit numbers that opened and closed it, and a branch
  State,    ///< durable, overwritten in place
  Event,    ///< append-only; carries its commit number
  Live,     ///< memory only; empty after a start
};

enum class ColumnType { Integer, Real, Text, Bytes };

struct Column {
  std::string name;
  ColumnType type = ColumnType::Text;
  bool nullable = false;
};

struct Index {
  std::string name;
  std::vector<std::string> columns;
};

/// A table that a module declares. The first `num_key_columns` columns are its key: unique among open rows of a branch
/// (History), among all rows (State, Live); an Event table has no key (0) and keeps the order of writing.
///
/// In lab.db the table has the declared columns, and before them for History `branch, opened, closed`
/// (closed = kStillOpen while open), for Event `commit_number`. Names are lower-case words.
struct TableSpec {
  std::string name;
  RowKind kind = RowKind::State;
  std::vector<Column> columns;
  std::size_t num_key_columns = 1;
  std::vector<Index> indexes = {};
};

/// One step from the version before; runs once, inside the transaction that opens the store.
struct Migration {
  int to_version = 2;
  std::string sql;
};

/// The tables of one module. `version` starts at 1. A new data folder gets `tables` as they are declared; an older
/// one runs the migrations it has not seen, which must lead to the same tables. A folder that is ahead is refused
/// (DATA_TOO_NEW).
struct SchemaSpec {
  std::string module;
  int version = 1;
  std::vector<TableSpec> tables;
  std::vector<Migration> migrations = {};
};

}  // namespace lab::store
