#include "store/journal/transaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "store/conditions.h"
#include "store/journal/sqlite.h"
#include "store/journal/table_set.h"

namespace lab::store {

Transaction::Transaction(journal::Connection& connection, const TableSet& tables, BlobStore& blobs, LiveWrites& live,
                         CommitNumber number, Timestamp time, const Origin& origin)
    : Rows(connection, tables, CommitNumber{number.value - 1}),
      number_(number),
      time_(time),
      origin_(&origin),
      blobs_(&blobs),
      live_writes_(&live) {
  live_ = &live;
}

BlobStore& blobs_of(Transaction& transaction) { return *transaction.blobs_; }

void Transaction::announce(FeedEvent event) { events_.push_back(std::move(event)); }

void Transaction::write_live(const TableInfo& table, const Key& key, std::optional<Row> row) {
  live_writes_->tables[table.spec.name].insert_or_assign(encode_key(key), std::move(row));
}

void Transaction::put_row(std::string_view table_name, const Row& row, Branch branch) {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(row.size() == table.spec.columns.size(), "a row of " + table.spec.name + " has another number of columns");
  const auto key = table.key_of(row);
  announce({table.spec.name, FeedAction::Put, encode_key(key)});
  if (table.spec.kind == RowKind::Live) return write_live(table, key, row);
  int parameter = 1;
  if (table.is_history()) {
    auto close = connection_->prepare(table.close);
    close.bind(1, number_.value).bind(2, branch.value);
    for (std::size_t i = 0; i < key.size(); ++i) close.bind(static_cast<int>(i) + 3, key[i]);
    close.run();
  }
  auto insert = connection_->prepare(table.insert);
  if (table.is_history()) insert.bind(parameter++, branch.value);
  if (table.is_history() || table.spec.kind == RowKind::Event) insert.bind(parameter++, number_.value);
  for (const auto& value : row) insert.bind(parameter++, value);
  insert.run();
}

void Transaction::add_row(std::string_view table_name, const Row& row, Branch branch) {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(row.size() == table.spec.columns.size(), "a row of " + table.spec.name + " has another number of columns");
  if (table.spec.kind != RowKind::Event && find_row(table_name, table.key_of(row), branch))
    throw Error(conditions::kRowExists, {{"table", table.spec.name}});
  put_row(table_name, row, branch);
}

bool Transaction::erase_row(std::string_view table_name, const Key& key, Branch branch) {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(table.spec.kind != RowKind::Event, "events are never erased by a change");
  if (table.spec.kind == RowKind::Live) {
    if (!find_row(table_name, key)) return false;
    write_live(table, key, std::nullopt);
  } else {
    LAB_CHECK(key.size() == table.spec.num_key_columns);
    auto statement = connection_->prepare(table.is_history() ? table.close : table.remove);
    int parameter = 1;
    if (table.is_history()) {
      statement.bind(1, number_.value).bind(2, branch.value);
      parameter = 3;
    }
    for (const auto& value : key) statement.bind(parameter++, value);
    statement.run();
    if (connection_->num_changes() == 0) return false;
  }
  announce({table.spec.name, FeedAction::Erase, encode_key(key)});
  return true;
}

std::size_t Transaction::erase_rows(std::string_view table_name, const Key& prefix, Branch branch) {
  const auto& table = tables_->get(table_name);
  const auto rows = scan_rows(table_name, {.prefix = prefix}, branch);
  for (const auto& row : rows) erase_row(table_name, table.key_of(row), branch);
  return rows.size();
}

std::size_t Transaction::drop_outdated(std::string_view table_name, const Outdated& outdated) {
  constexpr int kBatch = 500;
  const auto& table = tables_->get(table_name);
  LAB_CHECK(table.spec.kind == RowKind::Event, "only events go by their age");
  std::string sql = fmt::format(
      "DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} ORDER BY rowid LIMIT {1}) "
      "AND (rowid <= (SELECT max(rowid) FROM {0}) - ?1 OR {2} < ?2)",
      table.spec.name, kBatch, outdated.time_column);
  connection_->prepare(sql)
      .bind(1, static_cast<std::int64_t>(std::min<std::uint64_t>(outdated.keep, INT64_MAX / 2)))
      .bind(2, outdated.since)
      .run();
  return static_cast<std::size_t>(connection_->num_changes());
}

}  // namespace lab::store
