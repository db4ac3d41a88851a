#include "store/crash/disk_model.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <unordered_map>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace lab::store::crash {
namespace {

using Of = DiskOperation::Kind;
constexpr std::uint64_t kSector = 512;

void write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  LAB_CHECK(descriptor >= 0, "the rebuilt disk's folder");
  while (!bytes.empty()) {
    const auto put = ::write(descriptor, bytes.data(), bytes.size());
    LAB_CHECK(put > 0, "the rebuilt disk's folder is full");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  ::close(descriptor);
}

}  // namespace

/// The fates by what they decide.
struct DiskModel::Chosen {
  std::unordered_map<const DataChange*, Fate> data;
  std::unordered_map<const NameChange*, bool> names;
  std::set<std::size_t> lost_renames;  ///< operations whose new name is not there
};

DiskModel::DiskModel(std::filesystem::path root) : root_(std::move(root)) { nodes_.push_back({.is_folder = true}); }

int DiskModel::find(const std::filesystem::path& path) const {
  const auto below = path.lexically_relative(root_);
  LAB_CHECK(!below.empty() && *below.begin() != "..", path.string());
  int node = 0;
  if (below == ".") return node;
  for (const auto& name : below) {
    const auto& names = nodes_[static_cast<std::size_t>(node)].live_names;
    const auto found = names.find(name.string());
    if (found == names.end()) return -1;
    node = found->second;
  }
  return node;
}

int DiskModel::get(const std::filesystem::path& path) const {
  const int node = find(path);
  LAB_CHECK(node >= 0, "a call on a file that nobody made: " + path.string());
  return node;
}

void DiskModel::enter(const std::filesystem::path& path, int node, bool is_rename_end) {
  auto& folder = nodes_[static_cast<std::size_t>(get(path.parent_path()))];
  const auto name = path.filename().string();
  if (node >= 0)
    folder.live_names[name] = node;
  else
    folder.live_names.erase(name);
  folder.names.push_back({made_.size() - 1, name, node, is_rename_end});
}

void DiskModel::apply(const DiskOperation& operation) {
  made_.push_back(std::make_unique<DiskOperation>(operation));
  const auto number = made_.size() - 1;
  const auto* made = made_.back().get();
  switch (operation.kind) {
    case Of::Create:
    case Of::MakeFolder:
      if (find(operation.path) >= 0) break;  // an existing folder is no error
      nodes_.push_back({.is_folder = operation.kind == Of::MakeFolder});
      enter(operation.path, static_cast<int>(nodes_.size()) - 1);
      break;
    case Of::Write:
    case Of::Truncate:
      nodes_[static_cast<std::size_t>(get(operation.path))].data.push_back({number, made});
      break;
    case Of::Rename: {
      const int node = get(operation.path);
      enter(operation.to, node);
      enter(operation.path, -1, true);
      break;
    }
    case Of::Link:
      enter(operation.to, get(operation.path));
      break;
    case Of::Remove:
    case Of::RemoveFolder:
      if (find(operation.path) >= 0) enter(operation.path, -1);
      break;
    case Of::Sync: {
      auto& file = nodes_[static_cast<std::size_t>(get(operation.path))];
      const auto covered = std::ranges::find_if(file.data, [&](const auto& each) { return each.operation >= operation.begun; });
      for (auto each = file.data.begin(); each != covered; ++each) write(file.durable, *each->made, ~0ull);
      file.data.erase(file.data.begin(), covered);
      break;
    }
    case Of::SyncFolder: {
      auto& folder = nodes_[static_cast<std::size_t>(get(operation.path))];
      const auto covered = std::ranges::find_if(folder.names, [&](const auto& each) { return each.operation >= operation.begun; });
      for (auto each = folder.names.begin(); each != covered; ++each) {
        if (each->node >= 0)
          folder.durable_names[each->name] = each->node;
        else
          folder.durable_names.erase(each->name);
      }
      folder.names.erase(folder.names.begin(), covered);
      break;
    }
  }
}

void DiskModel::write(std::string& bytes, const DiskOperation& made, std::uint64_t sectors) {
  if (made.kind == Of::Truncate) {
    bytes.resize(made.offset, '\0');
    return;
  }
  std::uint64_t done = 0;
  for (unsigned sector = 0; done < made.bytes.size(); ++sector) {
    const auto at = made.offset + done;
    const auto count = std::min<std::uint64_t>(kSector - at % kSector, made.bytes.size() - done);
    if ((sectors >> (sector % 64) & 1) != 0) {
      if (bytes.size() < at + count) bytes.resize(at + count, '\0');
      bytes.replace(at, count, made.bytes, done, count);
    }
    done += count;
  }
}

std::vector<int> DiskModel::reachable() const {
  std::vector<int> found{0};
  std::vector<bool> is_found(nodes_.size(), false);
  is_found[0] = true;
  const auto visit = [&](int node) {
    if (node < 0 || is_found[static_cast<std::size_t>(node)]) return;
    is_found[static_cast<std::size_t>(node)] = true;
    found.push_back(node);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& node = nodes_[static_cast<std::size_t>(found[i])];
    for (const auto& [name, child] : node.durable_names) visit(child);
    for (const auto& change : node.names) visit(change.node);
  }
  return found;
}

std::vector<DiskModel::Pending> DiskModel::pending() const {
  std::vector<Pending> all;
  for (const int each : reachable()) {
    const auto& node = nodes_[static_cast<std::size_t>(each)];
    for (const auto& change : node.names) all.push_back({change.operation, 0});
    for (const auto& change : node.data) all.push_back({change.operation, change.made->bytes.size()});
  }
  return all;
}

void DiskModel::rebuild(const std::vector<Fate>& fates, const std::filesystem::path& folder) const {
  Chosen chosen;
  std::size_t next = 0;
  for (const int each : reachable()) {
    const auto& node = nodes_[static_cast<std::size_t>(each)];
    for (const auto& change : node.names) {
      const bool is_kept = fates.at(next++).is_kept;
      chosen.names[&change] = is_kept;
      if (!is_kept && change.node >= 0) chosen.lost_renames.insert(change.operation);
    }
    for (const auto& change : node.data) chosen.data[&change] = fates.at(next++);
  }
  rebuild_folder(nodes_[0], chosen, folder);
}

void DiskModel::rebuild_folder(const Node& node, const Chosen& chosen, const std::filesystem::path& folder) const {
  auto names = node.durable_names;
  for (const auto& change : node.names) {
    if (!chosen.names.at(&change)) continue;
    if (change.node >= 0)
      names[change.name] = change.node;
    else if (!change.is_rename_end || !chosen.lost_renames.contains(change.operation))
      names.erase(change.name);
  }
  std::filesystem::create_directory(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (!names.contains(entry.path().filename().string())) std::filesystem::remove_all(entry.path());
  for (const auto& [name, number] : names) {
    const auto& child = nodes_[static_cast<std::size_t>(number)];
    const auto path = folder / name;
    if (child.is_folder) {
      rebuild_folder(child, chosen, path);
      continue;
    }
    if (child.data.empty()) {
      write_whole_file(path, child.durable);
      continue;
    }
    auto bytes = child.durable;
    for (const auto& change : child.data)
      if (const auto fate = chosen.data.at(&change); fate.is_kept) write(bytes, *change.made, fate.sectors);
    write_whole_file(path, bytes);
  }
}

}  // namespace lab::store::crash
