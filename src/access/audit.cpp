#include "access/audit.h"

#include <pthread.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"

namespace lab::access {
namespace {

// Table names of access_schema().
constexpr const char* kRecorded = "audit";
constexpr const char* kCounted = "audit_counts";

constexpr std::size_t kMostText = 1024, kMostCounted = 4096, kTrimBatch = 500;
constexpr auto kWindow = std::chrono::seconds(10);
constexpr auto kTrimEvery = std::chrono::hours(1);

/// What clients sent may be long.
void shorten(AuditEvent& event) {
  for (std::string* text : {&event.user, &event.credential, &event.protocol, &event.action, &event.object, &event.cause})
    if (text->size() > kMostText) *text = text->substr(0, kMostText);
}

/// … and no text.
std::string readable(const std::string& text) {
  using nlohmann::json;
  return json::parse(json(text.substr(0, kMostText)).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

store::Row row_of(Timestamp time, const AuditEvent& event) {
  return {time.time_since_epoch().count(),
          readable(event.user),
          readable(event.credential),
          readable(event.protocol),
          readable(event.action),
          readable(event.object),
          std::string(outcome_name(event.outcome)),
          readable(event.cause)};
}

AuditLine read_line(const store::Row& row) {
  AuditLine line;
  line.time = Timestamp(std::chrono::microseconds(store::as_integer(row[0])));
  line.event = {store::as_text(row[1]), store::as_text(row[2]), store::as_text(row[3]), store::as_text(row[4]), store::as_text(row[5])};
  line.event.outcome = store::as_text(row[6]) == outcome_name(AuditOutcome::Allowed) ? AuditOutcome::Allowed : AuditOutcome::Refused;
  line.event.cause = store::as_text(row[7]);
  line.times = store::as_integer(row[8]);
  return line;
}

}  // namespace

std::string_view outcome_name(AuditOutcome outcome) { return outcome == AuditOutcome::Allowed ? "Allowed" : "Refused"; }

AuditTrail::AuditTrail(store::Store& store, AuditLimits limits)
    : store_(store), limits_(limits), thread_([this](const std::stop_token& stop) { run(stop); }) {}

AuditTrail::~AuditTrail() {
  thread_.request_stop();
  thread_.join();
}

void AuditTrail::add_to(store::Change& change, const AuditEvent& event) const { change.put_row(kRecorded, row_of(store_.clock().now(), event)); }

void AuditTrail::record(const AuditEvent& event) {
  store::Change change({.actor = event.user, .protocol = event.protocol, .request = event.action});
  add_to(change, event);
  store_.apply(std::move(change));
}

void AuditTrail::count(AuditEvent event) {
  const Timestamp now = store_.clock().now();
  shorten(event);
  const std::lock_guard lock(mutex_);
  if (counted_.size() >= kMostCounted && !counted_.contains(event)) event.credential = event.object = "";
  // Whoever tries to log in types any name.
  if (counted_.size() >= 2 * kMostCounted && !counted_.contains(event)) event.user = event.action = "";
  // The thread waits for the first of a window only.
  if (counted_.empty()) wake_.notify_all();
  Counted& counted = counted_[std::move(event)];
  if (counted.times++ == 0) counted.first = now;
}

void AuditTrail::flush() {
  const std::lock_guard flushing(flushing_);
  std::map<AuditEvent, Counted> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(counted_);
  }
  if (taken.empty()) return;
  store::Change change({.actor = "system", .protocol = "audit", .request = "count"});
  for (const auto& [event, counted] : taken) {
    store::Row row = row_of(counted.first, event);
    row.emplace_back(counted.times);
    change.put_row(kCounted, std::move(row));
  }
  try {
    store_.apply(std::move(change));
  } catch (const Error&) {
    // Kept for the next attempt: a disk that is full now may have room then.
    const std::lock_guard lock(mutex_);
    for (const auto& [event, counted] : taken) {
      Counted& later = counted_[event];
      later = {counted.first, later.times + counted.times};
    }
    throw;
  }
}

std::vector<AuditLine> AuditTrail::read(const AuditFilter& filter) {
  flush();
  // Ends in the newest lines, so that a limit takes those.
  constexpr const char* kSql =
      "SELECT time, user_name, credential, protocol, action, subject, outcome, cause, times FROM ("
      "SELECT time, user_name, credential, protocol, action, subject, outcome, cause, 1 AS times, commit_number FROM audit "
      "UNION ALL SELECT time, user_name, credential, protocol, action, subject, outcome, cause, times, commit_number FROM audit_counts) "
      "WHERE time >= ?1 AND (?2 IS NULL OR user_name = ?2) AND (?3 IS NULL OR (outcome = 'Allowed') = ?3) "
      "ORDER BY time DESC, commit_number DESC LIMIT ?4";
  const std::int64_t since = (store_.clock().now() - limits_.keep).time_since_epoch().count();
  const store::Value parameters[] = {store::Value(since), filter.user ? store::Value(*filter.user) : store::Value(),
                                     filter.outcome ? store::from_boolean(*filter.outcome == AuditOutcome::Allowed) : store::Value(), store::Value(filter.limit)};
  std::vector<AuditLine> lines;
  store_.snapshot().query(kSql, parameters, [&](const store::Row& row) {
    lines.push_back(read_line(row));
    return true;
  });
  std::ranges::reverse(lines);
  return lines;
}

bool AuditTrail::has_outdated(const char* table) const {
  const std::string name = table;
  // Rows are only ever taken from the oldest end, so that their numbers tell how many there are.
  const std::string sql = "SELECT (SELECT max(rowid) FROM " + name + ") - (SELECT min(rowid) FROM " + name + "), (SELECT time FROM " + name + " ORDER BY rowid LIMIT 1) FROM " + name + " LIMIT 1";
  bool has = false;
  store_.snapshot().query(sql, {}, [&](const store::Row& row) {
    has = store::as_integer(row[0]) >= static_cast<std::int64_t>(limits_.lines) || store::as_integer(row[1]) < (store_.clock().now() - limits_.keep).time_since_epoch().count();
    return false;
  });
  return has;
}

void AuditTrail::trim() {
  const std::int64_t since = (store_.clock().now() - limits_.keep).time_since_epoch().count();
  for (const char* table : {kRecorded, kCounted}) {
    if (!has_outdated(table)) continue;
    for (std::size_t dropped = kTrimBatch; dropped == kTrimBatch;) {
      store::Change change({.actor = "system", .protocol = "audit", .request = "trim"});
      change.step([&](store::Transaction& transaction) { dropped = transaction.drop_outdated(table, {.keep = limits_.lines, .time_column = "time", .since = since}); });
      store_.apply(std::move(change));
    }
  }
}

void AuditTrail::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "audit");
  std::optional<std::chrono::steady_clock::time_point> trimmed;
  while (!stop.stop_requested()) {
    try {
      if (const auto now = std::chrono::steady_clock::now(); !trimmed || now - *trimmed >= kTrimEvery) {
        trimmed = now;
        trim();
      }
      std::unique_lock lock(mutex_);
      const bool has_counted = wake_.wait_for(lock, stop, kTrimEvery, [this] { return !counted_.empty(); });
      // Those of a few seconds go together.
      if (has_counted) wake_.wait_for(lock, stop, kWindow, [] { return false; });
      lock.unlock();
      if (!stop.stop_requested()) flush();
    } catch (const std::exception& failure) {
      if (!stop.stop_requested()) log::warning("access", "the audit trail: {}", failure.what());
    }
  }
}

}  // namespace lab::access
