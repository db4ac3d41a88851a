#include "commands/source_files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "catalog/glob.h"
#include "commands/conditions.h"
#include "commands/find_option.h"
#include "commands/partitions.h"
#include "compute/datetime_text.h"
#include "compute/zone.h"

namespace lab::commands {
namespace {

/// What Spark prints in front of a path: `file:/` or `s3a://bucket/`.
std::string store_of(const catalog::Location& location) {
  return location.kind == catalog::Location::Kind::Bucket ? location.text.substr(0, location.text.find(':')) + "://" + location.bucket + "/" : "file:/";
}

std::string without_slash(std::string path) { return path.starts_with('/') ? path.substr(1) : path; }

std::string place_of(const catalog::Location& location) { return location.kind == catalog::Location::Kind::Bucket ? location.key : without_slash(location.folder.string()); }

std::string joined(const std::string& left, const std::string& right) { return left.empty() ? right : right.empty() ? left : left + "/" + right; }

std::string first_parts(const std::string& path, std::size_t count) {
  std::size_t end = std::string::npos;
  for (std::size_t start = 0; count > 0 && (end = path.find('/', start)) != std::string::npos; --count) start = end + 1;
  return count == 0 ? path.substr(0, end) : path;
}

/// A file within its store, and the root it was found by: the location, or the match of its glob.
struct FilePlace {
  std::string root, file;
};

FilePlace place_of_file(const catalog::Location& location, const catalog::FoundFile& found) {
  const std::string place = place_of(location);
  const bool is_match = found.path.starts_with('/') || (location.kind == catalog::Location::Kind::Bucket && catalog::has_glob(place));
  if (!is_match) return {place, joined(place, found.path)};
  const std::string file = without_slash(found.path);
  return {first_parts(file, static_cast<std::size_t>(std::ranges::count(place, '/')) + 1), file};
}

LeafFolder leaf_of(const catalog::Location& location, const FilePlace& place) {
  const std::string store = store_of(location);
  const std::size_t slash = place.file.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : place.file.substr(0, slash);
  return {store + folder, store.size(), folder == place.root || place.file == place.root};
}

/// Where folders begin to be columns: `basePath`, which the roots must lie in, or the roots themselves.
class BasePaths {
 public:
  BasePaths(const Statement& statement, const plan::Options& options) {
    const auto text = find_option(options, "basepath");
    if (!text) return;
    const catalog::Location base = statement.locate(*text, options);
    if (!statement.world().places.is_folder(base)) throw Error(conditions::kBasePathNoFolder);
    given_ = *text;
    paths_.insert(store_of(base) + place_of(base));
  }

  void add_root(const std::string& root, const std::string& folder_of_file) {
    if (given_) {
      if (!root.starts_with(*paths_.begin())) throw Error(conditions::kWrongBasePath, {{"basePath", *given_}, {"rootPath", root}});
    } else {
      paths_.insert(folder_of_file.empty() ? root : folder_of_file);
    }
  }
  const std::set<std::string>& paths() const { return paths_; }

 private:
  std::optional<std::string> given_;
  std::set<std::string> paths_;
};

/// Which files are new or old enough. Spark holds the wall clock of a file's time, in the zone, against the instant that was given.
class TimeBounds {
 public:
  TimeBounds(const plan::Options& options, const std::string& default_zone)
      : zone_(compute::Zone::find(find_option(options, "timezone").value_or(default_zone))), before_(read(options, "modifiedbefore")), after_(read(options, "modifiedafter")) {}

  bool hold(const catalog::FoundFile& file) const {
    if (!before_ && !after_) return true;
    const std::int64_t time = zone_.local_of_utc(file.modified_millis * 1000);
    return (!before_ || time < *before_) && (!after_ || time > *after_);
  }

 private:
  std::optional<std::int64_t> read(const plan::Options& options, const char* key) const {
    const auto text = find_option(options, key);
    if (!text) return std::nullopt;
    const auto instant = compute::parse_timestamp(*text, zone_);
    if (!instant) throw Error(conditions::kInvalidFileTime, {{"strategy", key}, {"timeString", *text}});
    return instant->micros;
  }

  const compute::Zone& zone_;
  std::optional<std::int64_t> before_, after_;
};

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
  const TimeBounds bounds(options, statement.policy().time_zone);
  const auto name_glob = find_option(options, "pathglobfilter");
  if (name_glob) catalog::check_glob(*name_glob);
  const bool is_recursive = find_flag(options, "recursivefilelookup");
  SourceFiles result;
  std::vector<LeafFolder> folders;
  BasePaths bases(statement, is_recursive ? plan::Options{} : options);
  for (const catalog::Location& location : locations) {
    // A name that is there may hold what would be a glob.
    if (catalog::has_glob(place_of(location)) && !places.exists(location)) catalog::check_glob(place_of(location));
    std::vector<catalog::FoundFile> found = places.list(location);
    if (found.empty()) bases.add_root(store_of(location) + place_of(location), "");
    for (const catalog::FoundFile& file : found) {
      const FilePlace place = place_of_file(location, file);
      bases.add_root(store_of(location) + place.root, place.file == place.root ? leaf_of(location, place).path : "");
    }
    std::erase_if(found, [&](const catalog::FoundFile& file) {
      return !bounds.hold(file) || (name_glob && !catalog::matches_glob_or_below(*name_glob, last_part(place_of_file(location, file).file)));
    });
    auto opened = places.open(location, found);
    for (const catalog::FoundFile& file : found) folders.push_back(leaf_of(location, place_of_file(location, file)));
    result.files.insert(result.files.end(), std::make_move_iterator(opened.begin()), std::make_move_iterator(opened.end()));
  }
  if (is_recursive) return {largest_first(std::move(result.files)), {}};
  const auto is_on = [&](const char* key) { return statement.setting(key).value_or("true") == "true"; };
  const plan::bound::Policy& policy = statement.policy();
  const PartitionRules rules{is_on("spark.sql.sources.partitionColumnTypeInference.enabled"), is_on("spark.sql.sources.validatePartitionColumns"), policy.case_sensitive,
                             policy.ansi, schema, find_option(options, "timezone").value_or(policy.time_zone)};
  Partitions partitions = discover_partitions(folders, bases.paths(), rules);
  std::vector<scan::DataFile> kept;
  for (std::size_t i = 0; i < partitions.kept.size(); ++i) {
    kept.push_back(std::move(result.files[partitions.kept[i]]));
    kept.back().partition_values = std::move(partitions.values[i]);
  }
  return {largest_first(std::move(kept)), std::move(partitions.columns)};
}

}  // namespace lab::commands
