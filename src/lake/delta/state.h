#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lake/delta/log_actions.h"

namespace lab::lake::delta {

/// What the log says at one version (PROTOCOL.md "Action Reconciliation").
struct TableState {
  std::optional<Protocol> protocol;
  std::optional<Metadata> metadata;
  std::vector<AddFile> files;
  std::unordered_map<std::string, RemoveFile> removes;  ///< by file_key()
  std::map<std::string, SetTransaction> transactions;
  std::map<std::string, DomainMetadata> domains;
  std::optional<std::int64_t> in_commit_timestamp;  ///< of the last commit that was read
};

/// What tells files apart: the path, and the deletion vector where there is one.
std::string file_key(const std::string& path, const std::optional<DeletionVector>& vector);

/// Brings actions of the log, oldest first, onto a state.
class Replay {
 public:
  explicit Replay(TableState base) : state_(std::move(base)) {}

  void apply(LogAction&& action);
  TableState finish() &&;

 private:
  void add(AddFile&& file);
  void remove(RemoveFile&& file);

  static constexpr std::size_t kRemoved = SIZE_MAX;
  TableState state_;
  std::vector<std::optional<AddFile>> added_;
  std::unordered_map<std::string, std::size_t> changes_;  // key to index of added_, or kRemoved
};

}  // namespace lab::lake::delta
