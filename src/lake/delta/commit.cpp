#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "lake/delta/checkpoint.h"
#include "lake/delta/conditions.h"
#include "lake/delta/delta_table.h"
#include "lake/delta/features.h"
#include "lake/delta/log_names.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

constexpr int kMostAttempts = 10'000;

const Metadata* new_metadata(const CommitRequest& request) {
  const Metadata* found = nullptr;
  for (const Action& action : request.actions)
    if (const auto* metadata = std::get_if<Metadata>(&action)) found = metadata;
  return found;
}

bool changes_data(const CommitRequest& request) {
  return std::any_of(request.actions.begin(), request.actions.end(), [](const Action& action) {
    const auto* add = std::get_if<AddFile>(&action);
    const auto* remove = std::get_if<RemoveFile>(&action);
    return (add && add->data_change) || (remove && remove->data_change);
  });
}

// What a commit may not do to the table it is on.
void check_request(const Snapshot* base, const CommitRequest& request) {
  const Metadata* metadata = new_metadata(request);
  if (!base && !metadata) throw Error(conditions::kMetadataAbsent);
  const Protocol* protocol = base ? &base->protocol() : nullptr;
  for (const Action& action : request.actions)
    if (const auto* found = std::get_if<Protocol>(&action)) protocol = found;
  if (!protocol) throw Error(conditions::kMetadataAbsent);
  if (!metadata) metadata = &base->metadata();
  check_writable(*protocol, *metadata);

  bool removes_data = false;
  std::string domains;
  for (const Action& action : request.actions) {
    if (const auto* remove = std::get_if<RemoveFile>(&action)) removes_data = removes_data || remove->data_change;
    if (const auto* domain = std::get_if<DomainMetadata>(&action)) domains += (domains.empty() ? "" : ", ") + domain->domain;
  }
  if (base && removes_data && is_true_property(base->metadata(), "delta.appendOnly")) throw Error(conditions::kAppendOnly, {{"table_name", base->metadata().name.value_or("null")}, {"config", "delta.appendOnly"}});
  if (!domains.empty() && !has_feature(*protocol, "domainMetadata")) throw Error(conditions::kDomainMetadataNotSupported, {{"domainNames", "[" + domains + "]"}});
}

// Settings that ask for a protocol are no properties of the table.
void drop_protocol_settings(Metadata& metadata) {
  std::erase_if(metadata.configuration, [](const auto& entry) {
    const std::string key = lower_case(entry.first);
    return key == "delta.minreaderversion" || key == "delta.minwriterversion" || key.starts_with("delta.feature.");
  });
}

const char* isolation_name(Isolation isolation) {
  switch (isolation) {
    case Isolation::Serializable: return "Serializable";
    case Isolation::WriteSerializable: return "WriteSerializable";
    case Isolation::Snapshot: return "SnapshotIsolation";
  }
  return "";
}

Isolation isolation_of(const Snapshot* base, const CommitRequest& request) {
  if (!changes_data(request)) return Isolation::Snapshot;
  return base && same_name(base->property("delta.isolationLevel"), "WriteSerializable") ? Isolation::WriteSerializable : Isolation::Serializable;
}

std::string print_commit(const CommitInfo& info, const std::vector<Action>& actions) {
  std::string bytes = print_action(info);
  for (const Action& action : actions) {
    bytes += '\n';
    bytes += print_action(action);
  }
  bytes += '\n';
  return bytes;
}

}  // namespace

Committed LogTable::commit(const std::shared_ptr<const Snapshot>& base, CommitRequest request) {
  // While the storage works, and after it failed, the entry may stand: then its files must stay.
  bool may_stand = false;
  try {
    check_request(base.get(), request);
    for (Action& action : request.actions)
      if (auto* metadata = std::get_if<Metadata>(&action)) drop_protocol_settings(*metadata);
    const Isolation isolation = isolation_of(base.get(), request);
    const Metadata* changed = new_metadata(request);
    const bool has_commit_times = is_true_property(changed ? *changed : base->metadata(), "delta.enableInCommitTimestamps");
    const bool had_commit_times = base && is_true_property(base->metadata(), "delta.enableInCommitTimestamps");

    CommitInfo info = request.info;
    info.isolation_level = isolation_name(isolation);
    if (base) info.read_version = base->version();
    std::int64_t last_time = base ? base->timestamp_millis() : 0;
    const std::int64_t first = base ? base->version() + 1 : 0;
    const std::int64_t started = now_millis();
    std::int64_t version = first;
    for (int attempt = 1;; ++attempt) {
      if (has_commit_times) {
        info.in_commit_timestamp_millis = std::max(now_millis(), last_time + 1);
        for (Action& action : request.actions)
          if (auto* metadata = std::get_if<Metadata>(&action); metadata && base && !had_commit_times) {
            metadata->configuration["delta.inCommitTimestampEnablementVersion"] = std::to_string(version);
            metadata->configuration["delta.inCommitTimestampEnablementTimestamp"] = std::to_string(*info.in_commit_timestamp_millis);
          }
      }
      const std::string entry = print_commit(info, request.actions);
      may_stand = true;
      if (storage_->commit(request.files, commit_path(version), entry)) break;
      may_stand = false;
      if (!base)
        throw Error(conditions::kProtocolChanged,
                    {{"additionalInfo", "This happens when multiple writers are writing to an empty directory. Creating the table ahead of time will avoid "
                                        "this conflict. "},
                     {"conflictingCommit", ""},
                     {"docLink", "https://docs.delta.io/latest/concurrency-control.html"}});
      if (attempt == kMostAttempts)
        throw Error(conditions::kMaxCommitRetries, {{"numAttempts", std::to_string(attempt)},
                                                    {"startVersion", std::to_string(first)},
                                                    {"failVersion", std::to_string(version)},
                                                    {"numActions", std::to_string(request.actions.size())},
                                                    {"timeSpent", std::to_string(now_millis() - started)}});
      // Others were first: behind each of them this request must still make sense.
      for (const LogSegment::File& file : commits_behind(storage_->list(kLogFolder, log_prefix(version), kLogNamesEnd), version - 1)) {
        const WinningCommit winner = read_winning_commit(*storage_, file.version);
        check_conflict(*base, request, isolation, winner);
        if (winner.info && winner.info->in_commit_timestamp_millis) last_time = *winner.info->in_commit_timestamp_millis;
        version = file.version + 1;
      }
    }
    checkpoint(version);
    return {version};
  } catch (...) {
    if (!may_stand) storage_->discard(request.files);
    throw;
  }
}

void LogTable::checkpoint(std::int64_t version) const {
  // The commit stands; a checkpoint that fails is made by a later one.
  try {
    auto snapshot = find_newest();
    if (!snapshot) return;
    const auto interval = parse_value(snapshot->property("delta.checkpointInterval"), types::TypeKind::Int);
    if (version == 0 || version % (interval && interval->integer() > 0 ? interval->integer() : 10) != 0) return;
    if (snapshot->version() != version) snapshot = load(version);
    if (!snapshot) return;
    const bool v2 = same_name(snapshot->property("delta.checkpointPolicy"), "v2") && has_feature(snapshot->protocol(), "v2Checkpoint");
    const std::int64_t retention = interval_millis(snapshot->property("delta.deletedFileRetentionDuration"));
    write_checkpoint(*storage_, snapshot->state(), version, v2, now_millis() - retention);
  } catch (const std::exception& failure) {
    log::warning("lake/delta", "no checkpoint of {} at version {}: {}", storage_->uri(), version, failure.what());
  }
}

}  // namespace lab::lake::delta
