#include <algorithm>
#include <set>

#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/delta_table.h"
#include "lake/delta/features.h"
#include "lake/delta/log_names.h"

namespace lab::lake::delta {
namespace {

constexpr const char* kDocs = "https://docs.delta.io/latest/concurrency-control.html";

std::string conflicting_commit(const WinningCommit& winner) {
  if (!winner.info) return {};
  return "\nConflicting commit: " + print_action(*winner.info);
}

std::string partition_message(const PartitionValues& values) {
  if (values.empty()) return "the root of the table";
  std::string text;
  for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name + "=" + value.value_or("null");
  return "partition [" + text + "]";
}

/// What the request read, asked about files of a winner.
class Reads {
 public:
  Reads(const Snapshot& base, const CommitRequest& request)
      : base_(base), request_(request), layout_(layout_of(base.metadata())), files_(request.reads.files.begin(), request.reads.files.end()) {}

  bool nothing() const { return request_.reads.metadata_only && request_.reads.predicates.empty() && files_.empty(); }

  /// The file, had it been there, would have been read.
  bool covers(const AddFile& file) const {
    if (request_.reads.whole_table) return true;
    if (request_.reads.predicates.empty()) return false;
    const FileStatistics statistics = parse_statistics(file, layout_.data);
    return std::any_of(request_.reads.predicates.begin(), request_.reads.predicates.end(),
                       [&](const Pruning& pruning) { return may_hold(pruning, base_.metadata(), layout_, file, statistics); });
  }

  bool has_read(const RemoveFile& removed) const {
    if (files_.contains(removed.path) || request_.reads.whole_table) return true;
    if (request_.reads.predicates.empty()) return false;
    return std::any_of(base_.files().begin(), base_.files().end(), [&](const AddFile& file) { return file.path == removed.path && covers(file); });
  }

 private:
  const Snapshot& base_;
  const CommitRequest& request_;
  ColumnLayout layout_;
  std::set<std::string> files_;
};

template <typename T>
bool has_action(const CommitRequest& request) {
  return std::any_of(request.actions.begin(), request.actions.end(), [](const Action& action) { return std::holds_alternative<T>(action); });
}

}  // namespace

WinningCommit read_winning_commit(const TableStorage& storage, std::int64_t version) {
  const std::string path = commit_path(version);
  auto bytes = storage.read(path);
  if (!bytes) throw Error(conditions::kVersionsNotContiguous, {{"versionList", std::to_string(version)}});
  WinningCommit winner;
  winner.version = version;
  read_log_actions(*bytes, path, CommitInfoDetail::All, [&](LogAction&& action) {
    if (auto* protocol = std::get_if<Protocol>(&action)) winner.protocol = std::move(*protocol);
    if (auto* metadata = std::get_if<Metadata>(&action)) winner.metadata = std::move(*metadata);
    if (auto* add = std::get_if<AddFile>(&action)) winner.adds.push_back(std::move(*add));
    if (auto* remove = std::get_if<RemoveFile>(&action)) winner.removes.push_back(std::move(*remove));
    if (auto* change = std::get_if<ChangeFile>(&action)) winner.changes.push_back(std::move(*change));
    if (auto* transaction = std::get_if<SetTransaction>(&action)) winner.transactions.push_back(std::move(*transaction));
    if (auto* domain = std::get_if<DomainMetadata>(&action)) winner.domains.push_back(std::move(*domain));
    if (auto* info = std::get_if<CommitInfo>(&action)) winner.info = std::move(*info);
  });
  return winner;
}

void check_conflict(const Snapshot& base, const CommitRequest& request, Isolation isolation, const WinningCommit& winner) {
  const Error::Parameters common = {{"conflictingCommit", conflicting_commit(winner)}, {"docLink", kDocs}};
  const auto with = [&](std::initializer_list<std::pair<const std::string, std::string>> more) {
    Error::Parameters parameters = common;
    parameters.insert(more);
    return parameters;
  };
  if (winner.protocol) {
    check_readable(*winner.protocol, winner.metadata ? *winner.metadata : base.metadata(), base.metadata().id);
    check_writable(*winner.protocol, winner.metadata ? *winner.metadata : base.metadata());
    // Whoever still writes with a feature that was dropped would bring it back.
    if (has_action<Protocol>(request) || drops_features(base.protocol(), *winner.protocol)) throw Error(conditions::kProtocolChanged, with({{"additionalInfo", "Please try the operation again."}}));
  }
  if (winner.metadata) throw Error(conditions::kMetadataChanged, common);
  for (const Action& action : request.actions) {
    if (const auto* domain = std::get_if<DomainMetadata>(&action))
      if (std::any_of(winner.domains.begin(), winner.domains.end(), [&](const DomainMetadata& other) { return other.domain == domain->domain; }))
        throw Error(conditions::kConcurrentWrite, common);
    if (const auto* transaction = std::get_if<SetTransaction>(&action))
      if (std::any_of(winner.transactions.begin(), winner.transactions.end(), [&](const SetTransaction& other) { return other.app_id == transaction->app_id; }))
        throw Error(conditions::kConcurrentTransaction, common);
  }
  const Reads reads(base, request);
  // WriteSerializable lets rows that came without a look at the table count as coming later; not so when this request changes the schema.
  const bool is_blind = winner.info && winner.info->is_blind_append;
  const bool counts = isolation == Isolation::Serializable || (isolation == Isolation::WriteSerializable && (!is_blind || has_action<Metadata>(request)));
  if (counts && !reads.nothing())
    for (const AddFile& add : winner.adds)
      if (reads.covers(add))
        throw Error(conditions::kConcurrentAppend,
                    with({{"partition", partition_message(add.partition_values)}, {"retryMsg", "Please try the operation again."}}));
  for (const RemoveFile& remove : winner.removes)
    if (!reads.nothing() && reads.has_read(remove))
      throw Error(conditions::kConcurrentDeleteRead, with({{"file", remove.path}}));
  for (const Action& action : request.actions)
    if (const auto* remove = std::get_if<RemoveFile>(&action))
      if (std::any_of(winner.removes.begin(), winner.removes.end(), [&](const RemoveFile& other) { return other.path == remove->path; }))
        throw Error(conditions::kConcurrentDeleteDelete, with({{"file", remove->path}}));
}

}  // namespace lab::lake::delta
