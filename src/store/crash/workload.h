#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace lab::store::crash {

/// Tables of each durable kind, as services and settings declare them.
SchemaSpec workload_schema();

/// What the steps of a run work with.
struct Scene {
  std::function<void()> reopen;  ///< ends the store and opens it again
  std::unique_ptr<Store> store;
  ManualClock clock;
  std::map<std::string, std::string> notes;  ///< names that a step leaves for later ones: versions, uploads
};

/// One request or a few, acknowledged when `run` returns. While it runs, a crash may leave what was before or what is
/// after; a step with `is_many` commits more than once, and each commit leaves all clients see as it was or makes
/// one of its lines of contents new.
struct Step {
  std::string name;
  std::function<void(Scene&)> run;
  bool is_many = false;
};

/// What clients of all kinds do in a day: puts, overwrites, copies, multipart, deletes, versions, retention's and
/// lifecycle's deletes, commits of tables, files of engines taken over, rows, refused changes, a restart. `round` makes
/// names and sizes differ.
std::vector<Step> make_round(int round);
/// Clients at once, who share syncs and commits; the last of a run, for the order of its calls differs from run to run.
Step make_puts_at_once();

/// How the workload writes a table's log.
std::string log_key(std::string_view table, std::size_t version);
std::string added_file(std::string_view entry);
std::uint64_t added_size(std::string_view entry);

}  // namespace lab::store::crash
