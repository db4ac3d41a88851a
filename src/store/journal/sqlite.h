#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/journal/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lab::store::journal {

/// A prepared statement on loan from its connection; given back, reset, on destruction. Parameters count from 1,
/// columns from 0. Views of texts and blobs hold until the next step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::uint64_t value) { return bind(parameter, static_cast<std::int64_t>(value)); }
  Statement& bind(int parameter, int value) { return bind(parameter, static_cast<std::int64_t>(value)); }
  Statement& bind(int parameter, double value);
  /// The text must live until the statement has run.
  Statement& bind_text(int parameter, std::string_view value);
  Statement& bind_blob(int parameter, std::string_view value);
  Statement& bind_null(int parameter);
  Statement& bind(int parameter, const Value& value);

  /// True while there is a row.
  bool step();
  /// Runs to the end.
  void run();
  /// For another run; bound values stay.
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  Value value(int column) const;
  int num_columns() const;

 private:
  friend class Connection;
  Statement(class Connection& connection, sqlite3_stmt* handle, bool* in_use);

  Connection* connection_;
  sqlite3_stmt* handle_;
  bool* in_use_;  ///< of the cache; nullptr for a statement that is not cached
};

/// One SQLite connection with its statements. Used by one thread at a time. Failures throw DATA_CORRUPTION, DISK_FULL,
/// DISK_FAILURE or JOURNAL_ERROR.
class Connection {
 public:
  enum class Mode { ReadWrite, QueryOnly };

  /// `vfs`: name of a file system registered with SQLite; empty for its own.
  Connection(const std::filesystem::path& file, Mode mode, const std::string& vfs = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement prepare(std::string_view sql);
  /// Runs text that gives no rows, maybe several statements.
  void execute(const std::string& sql);
  std::int64_t num_changes() const;
  /// Whether a transaction is open; SQLite ends one by itself after some failures.
  bool in_transaction() const;
  /// Writes what is committed now, as a database of its own without a log, to a file that must not exist. It is not synced.
  void copy_into(const std::filesystem::path& file);
  /// Moves pages of the write-ahead log into the database, as far as readers let it.
  void checkpoint();
  /// Pages in the write-ahead log after the last COMMIT.
  int wal_pages() const { return wal_pages_; }

 private:
  friend class Statement;
  struct Cached {
    sqlite3_stmt* handle = nullptr;
    bool in_use = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  [[noreturn]] void throw_last(int code) const;

  sqlite3* handle_ = nullptr;
  int wal_pages_ = 0;
  std::unordered_map<std::string, std::unique_ptr<Cached>, TextHash, std::equal_to<>> statements_;
};

}  // namespace lab::store::journal
