#include "lake/delta/state.h"

#include <algorithm>

namespace lab::lake::delta {

std::string file_key(const std::string& path, const std::optional<DeletionVector>& vector) {
  return vector ? path + '\n' + vector->unique_id() : path;
}

void Replay::add(AddFile&& file) {
  std::string key = file_key(file.path, file.deletion_vector);
  if (!state_.removes.empty()) state_.removes.erase(key);
  const auto [entry, is_new] = changes_.try_emplace(std::move(key), added_.size());
  if (!is_new) {
    if (entry->second != kRemoved) added_[entry->second].reset();
    entry->second = added_.size();
  }
  added_.emplace_back(std::move(file));
}

void Replay::remove(RemoveFile&& file) {
  std::string key = file_key(file.path, file.deletion_vector);
  const auto [entry, is_new] = changes_.try_emplace(key, kRemoved);
  if (!is_new && entry->second != kRemoved) {
    added_[entry->second].reset();
    entry->second = kRemoved;
  }
  state_.removes.insert_or_assign(std::move(key), std::move(file));
}

void Replay::apply(LogAction&& action) {
  if (auto* file = std::get_if<AddFile>(&action)) {
    add(std::move(*file));
  } else if (auto* gone = std::get_if<RemoveFile>(&action)) {
    remove(std::move(*gone));
  } else if (auto* protocol = std::get_if<Protocol>(&action)) {
    state_.protocol = std::move(*protocol);
  } else if (auto* metadata = std::get_if<Metadata>(&action)) {
    state_.metadata = std::move(*metadata);
  } else if (auto* transaction = std::get_if<SetTransaction>(&action)) {
    std::string id = transaction->app_id;
    state_.transactions.insert_or_assign(std::move(id), std::move(*transaction));
  } else if (auto* domain = std::get_if<DomainMetadata>(&action)) {
    std::string name = domain->domain;
    if (domain->removed)
      state_.domains.erase(name);
    else
      state_.domains.insert_or_assign(std::move(name), std::move(*domain));
  } else if (const auto* info = std::get_if<CommitInfo>(&action)) {
    state_.in_commit_timestamp = info->in_commit_timestamp_millis;
  }
}

TableState Replay::finish() && {
  if (!changes_.empty() && !state_.files.empty())
    std::erase_if(state_.files, [&](const AddFile& file) {
      return file.deletion_vector ? changes_.contains(file_key(file.path, file.deletion_vector)) : changes_.contains(file.path);
    });
  state_.files.reserve(state_.files.size() + added_.size());
  for (auto& file : added_)
    if (file) state_.files.push_back(std::move(*file));
  return std::move(state_);
}

}  // namespace lab::lake::delta
