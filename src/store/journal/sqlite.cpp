#include "store/journal/sqlite.h"

#include <utility>

#include <sqlite3.h>

#include "base/disk.h"
#include "base/error.h"
#include "store/conditions.h"

namespace lab::store::journal {

Connection::Connection(const std::filesystem::path& file, Mode mode, const std::string& vfs) {
  const int code =
      sqlite3_open_v2(file.c_str(), &handle_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == Mode::ReadWrite ? SQLITE_OPEN_CREATE : 0),
                      vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close(handle_);
    throw Error(lab::conditions::kDiskFailure, {{"operation", "open"}, {"path", file.string()}, {"reason", reason}});
  }
  try {
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, 10'000);
    // Only the writer moves pages out of the write-ahead log, and only where it can act on a failure.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_wal_hook(
        handle_,
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Connection*>(self)->wal_pages_ = pages;
          return SQLITE_OK;
        },
        this);
    if (mode == Mode::ReadWrite) {
      execute("PRAGMA page_size = 4096");
      execute("PRAGMA journal_mode = WAL");
      execute("PRAGMA synchronous = FULL");
      execute("PRAGMA cache_size = -16384");
    } else {
      execute("PRAGMA query_only = 1");
      execute("PRAGMA cache_size = -2048");
    }
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() {
  for (auto& [sql, cached] : statements_) sqlite3_finalize(cached->handle);
  sqlite3_close_v2(handle_);
}

void Connection::throw_last(int code) const {
  const std::string reason = sqlite3_errmsg(handle_);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Error(conditions::kDataCorruption, {{"what", "the journal: " + reason}});
    case SQLITE_FULL:
      throw Error(lab::conditions::kDiskFull, {{"operation", "write"}, {"path", "lab.db"}});
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      throw Error(lab::conditions::kDiskFailure, {{"operation", "journal"}, {"path", "lab.db"}, {"reason", reason}});
    default:
      throw Error(conditions::kJournalError, {{"reason", reason}});
  }
}

Statement Connection::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found != statements_.end() && !found->second->in_use) {
    found->second->in_use = true;
    return Statement(*this, found->second->handle, &found->second->in_use);
  }
  const bool is_cached = found == statements_.end();
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      is_cached ? SQLITE_PREPARE_PERSISTENT : 0, &handle, nullptr);
  if (code != SQLITE_OK) throw_last(code);
  LAB_CHECK(handle != nullptr, "an empty statement");
  if (!is_cached) return Statement(*this, handle, nullptr);
  auto cached = std::make_unique<Cached>(handle, true);
  auto* in_use = &cached->in_use;
  statements_.emplace(std::string(sql), std::move(cached));
  return Statement(*this, handle, in_use);
}

void Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_last(code);
}

std::int64_t Connection::num_changes() const { return sqlite3_changes64(handle_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Connection::copy_into(const std::filesystem::path& file) {
  // SQLite counts the copy as a write.
  execute("PRAGMA query_only = 0");
  prepare("VACUUM INTO ?1").bind_text(1, file.native()).run();
  execute("PRAGMA query_only = 1");
}

void Connection::checkpoint() {
  int left = 0, moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &left, &moved);
  // Busy means that a reader still needs older pages: the next one will go further.
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) throw_last(code);
}

Statement::Statement(Connection& connection, sqlite3_stmt* handle, bool* in_use)
    : connection_(&connection), handle_(handle), in_use_(in_use) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), handle_(std::exchange(other.handle_, nullptr)), in_use_(other.in_use_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (in_use_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  *in_use_ = false;
}

namespace {

void check_bound(int code) { LAB_CHECK(code == SQLITE_OK, "a parameter that the statement does not have"); }

}  // namespace

Statement& Statement::bind(int parameter, std::int64_t value) {
  check_bound(sqlite3_bind_int64(handle_, parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check_bound(sqlite3_bind_double(handle_, parameter, value));
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view value) {
  check_bound(sqlite3_bind_text64(handle_, parameter, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC,
                                  SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view value) {
  check_bound(sqlite3_bind_blob64(handle_, parameter, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  check_bound(sqlite3_bind_null(handle_, parameter));
  return *this;
}

Statement& Statement::bind(int parameter, const Value& value) {
  if (lab::store::is_null(value)) return bind_null(parameter);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return bind(parameter, *integer);
  if (const auto* real = std::get_if<double>(&value)) return bind(parameter, *real);
  if (const auto* text = std::get_if<std::string>(&value)) return bind_text(parameter, *text);
  return bind_blob(parameter, as_bytes(value));
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  connection_->throw_last(code);
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() { sqlite3_reset(handle_); }

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Value Statement::value(int column) const {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_FLOAT:
      return real(column);
    case SQLITE_TEXT:
      return std::string(text(column));
    case SQLITE_BLOB:
      return Bytes{std::string(blob(column))};
    default:
      return {};
  }
}

int Statement::num_columns() const { return sqlite3_column_count(handle_); }

}  // namespace lab::store::journal
