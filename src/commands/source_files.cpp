#include "commands/source_files.h"

#include <algorithm>
#include <utility>

#include "base/letter_case.h"
#include "catalog/glob.h"
#include "commands/conditions.h"
#include "commands/find_option.h"
#include "commands/partitions.h"
#include "compute/datetime_text.h"

namespace lab::commands {
namespace {

bool is_set(const plan::Options& options, const char* key) { return lower_case(find_option(options, key).value_or("false")) == "true"; }

std::string place_of(const catalog::Location& location) { return location.kind == catalog::Location::Kind::Bucket ? location.key : location.folder.string(); }

std::size_t num_parts(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
}

std::string without_parts(std::string path, std::size_t count) {
  std::size_t start = path.starts_with('/') ? 1 : 0;
  for (; count > 0; --count) {
    const std::size_t slash = path.find('/', start);
    if (slash == std::string::npos) return "";
    start = slash + 1;
  }
  return path.substr(start);
}

/// A file's path below the root that the user named: that root is the location, the match of its glob, or `basePath`.
std::string below_root(const catalog::Location& location, const catalog::FoundFile& file, const std::optional<catalog::Location>& base) {
  const std::string place = place_of(location);
  const bool is_absolute = file.path.starts_with('/') || (location.kind == catalog::Location::Kind::Bucket && catalog::has_glob(place));
  if (base) {
    const std::string root = place_of(*base), full = is_absolute ? file.path : file.path.empty() ? place : place + "/" + file.path;
    if (full.starts_with(root.empty() ? root : root + "/")) return full.substr(root.empty() ? 0 : root.size() + 1);
  }
  return is_absolute ? without_parts(file.path, num_parts(place)) : file.path;
}

struct TimeBounds {
  std::optional<std::int64_t> before_millis, after_millis;
};

std::optional<std::int64_t> time_option(const plan::Options& options, const char* key, const std::string& default_zone) {
  const auto text = find_option(options, key);
  if (!text) return std::nullopt;
  const auto instant = compute::parse_timestamp(*text, compute::Zone::find(find_option(options, "timezone").value_or(default_zone)));
  if (!instant) throw Error(conditions::kInvalidFileTime, {{"optionName", key}});
  return instant->micros / 1000;
}

bool is_wanted(const catalog::FoundFile& file, const std::string& name, const plan::Options& options, const TimeBounds& bounds) {
  if (const auto glob = find_option(options, "pathglobfilter"); glob && !catalog::matches_glob_or_below(*glob, name)) return false;
  if (bounds.before_millis && file.modified_millis >= *bounds.before_millis) return false;
  return !bounds.after_millis || file.modified_millis > *bounds.after_millis;
}

/// Spark reads large files before small ones; files of one size stay in the order of their paths.
std::vector<scan::DataFile> largest_first(std::vector<scan::DataFile> files) {
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t i = 0; i < files.size(); ++i) order.emplace_back(-files[i].num_bytes, i);
  std::ranges::sort(order);
  std::vector<scan::DataFile> result;
  for (const auto& [size, i] : order) result.push_back(std::move(files[i]));
  return result;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

SourceFiles find_source_files(const Statement& statement, const std::vector<catalog::Location>& locations, const plan::Options& options,
                              const types::Schema* schema) {
  const catalog::Places& places = statement.world().places;
  const TimeBounds bounds{time_option(options, "modifiedbefore", statement.policy().time_zone), time_option(options, "modifiedafter", statement.policy().time_zone)};
  if (bounds.before_millis && bounds.after_millis && *bounds.before_millis < *bounds.after_millis) return {};
  std::optional<catalog::Location> base;
  if (const auto text = find_option(options, "basepath")) base = catalog::parse_location(*text);
  SourceFiles result;
  std::vector<std::string> paths;
  for (const catalog::Location& location : locations) {
    std::vector<catalog::FoundFile> found = places.list(location);
    std::erase_if(found, [&](const catalog::FoundFile& file) {
      return !is_wanted(file, last_part(file.path.empty() ? place_of(location) : file.path), options, bounds);
    });
    auto opened = places.open(location, found);
    for (const catalog::FoundFile& file : found) paths.push_back(below_root(location, file, base));
    result.files.insert(result.files.end(), std::make_move_iterator(opened.begin()), std::make_move_iterator(opened.end()));
  }
  if (is_set(options, "recursivefilelookup")) return {largest_first(std::move(result.files)), {}};
  const bool infers = statement.setting("spark.sql.sources.partitionColumnTypeInference.enabled").value_or("true") == "true";
  Partitions partitions = discover_partitions(paths, infers, schema, statement.policy().time_zone);
  std::vector<scan::DataFile> kept;
  for (std::size_t i = 0; i < partitions.kept.size(); ++i) {
    kept.push_back(std::move(result.files[partitions.kept[i]]));
    kept.back().partition_values = std::move(partitions.values[i]);
  }
  return {largest_first(std::move(kept)), std::move(partitions.columns)};
}

}  // namespace lab::commands
