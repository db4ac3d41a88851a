#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/s3_place.h"
#include "app/cli/store_job.h"
#include "app/conditions.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/side_by_side.h"

namespace lab::app::cli {
namespace {

constexpr std::size_t kRequestsAtOnce = 8;

/// What the commands were given; each uses its part.
struct ObjectsOptions {
  std::string first, second, version, endpoint, from_endpoint, user;
  std::optional<std::uint64_t> bytes = {};
  bool as_json = false, recursive = false, remove_extra = false, enable = false, suspend = false;
};

void print_json(const nlohmann::json& document) { std::printf("%s\n", document.dump(2).c_str()); }

nlohmann::json to_json(const ListedObject& object) {
  if (object.is_prefix) return {{"prefix", object.key}};
  return {{"key", object.key}, {"size", object.size}, {"modified", object.modified}, {"etag", object.etag}};
}

/// Bytes so far, on a terminal.
class Progress {
 public:
  explicit Progress(bool as_json) : is_shown_(!as_json && ::isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (is_shown_) std::fprintf(stderr, "\r\033[K");
  }
  void add(std::uint64_t bytes) {
    const auto all = bytes_ += bytes;
    if (is_shown_) std::fprintf(stderr, "\r%.1f MB", static_cast<double>(all) / 1e6);
  }

 private:
  const bool is_shown_;
  std::atomic<std::uint64_t> bytes_{0};
};

std::string file_name_of(const std::string& key) { return std::filesystem::path(key).filename().string(); }

int list_buckets(const Settings& settings, const ObjectsOptions& options) {
  const auto names = S3Session::of_lab(settings)->list_buckets();
  if (options.as_json) print_json({{"buckets", names}});
  if (!options.as_json)
    for (const auto& name : names) std::printf("%s\n", name.c_str());
  return 0;
}

int make_or_remove_bucket(const Settings& settings, const ObjectsOptions& options, const char* method) {
  const bool is_made = std::string_view(method) == "PUT";
  const auto bucket = parse_s3_place(options.first).bucket;
  S3Session::of_lab(settings)->send({.method = method, .bucket = bucket, .operation = is_made ? "making the bucket" : "removing the bucket"});
  if (options.as_json) print_json({{is_made ? "made" : "removed", bucket}});
  if (!options.as_json) std::printf("%s %s\n", bucket.c_str(), is_made ? "was made" : "is removed");
  return 0;
}

int list(const Settings& settings, const ObjectsOptions& options) {
  if (options.first.empty()) return list_buckets(settings, options);
  const auto session = S3Session::of_lab(settings);
  auto entries = nlohmann::json::array();
  session->list(parse_s3_place(options.first), options.recursive ? "" : "/", [&](const ListedObject& object) {
    if (options.as_json)
      entries.push_back(to_json(object));
    else if (object.is_prefix)
      std::printf("%20s %12s %s\n", "", "PRE", object.key.c_str());
    else
      std::printf("%-20.19s %12llu %s\n", object.modified.c_str(), static_cast<unsigned long long>(object.size), object.key.c_str());
  });
  if (options.as_json) print_json({{"objects", entries}});
  return 0;
}

/// One side of a copy or mirror: a folder of this machine, or a prefix of a store.
struct Side {
  std::unique_ptr<S3Session> session;  ///< absent for a folder
  S3Place place;
  std::filesystem::path folder;

  static Side open(const Settings& settings, const std::string& text, const std::string& endpoint) {
    Side side;
    if (!is_s3_place(text)) {
      side.folder = text;
      return side;
    }
    side.place = parse_s3_place(text);
    side.session = endpoint.empty() ? S3Session::of_lab(settings) : S3Session::of_endpoint(endpoint);
    return side;
  }

  /// Below it, by the name that it has there.
  std::map<std::string, ListedObject> list() const {
    std::map<std::string, ListedObject> found;
    if (session) {
      session->list(place, "", [&](const ListedObject& object) { found[object.key.substr(place.key.size())] = object; });
      return found;
    }
    if (!std::filesystem::exists(folder)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) found[entry.path().lexically_relative(folder).generic_string()] = {.size = entry.file_size()};
    return found;
  }

  S3Place at(const std::string& name) const { return {place.bucket, place.key + name}; }
};

/// Where a key of a store would lie below a folder; keys are no paths, and none may lead out of it.
std::filesystem::path file_below(const std::filesystem::path& folder, const std::string& name) {
  const auto relative = std::filesystem::path(name).lexically_normal();
  if (relative.empty() || relative.is_absolute() || *relative.begin() == ".." || !relative.has_filename())
    throw Error(conditions::kWrongArgument, {{"value", name}, {"reason", "this key cannot be a file below the folder; copy it alone under another name"}});
  return folder / relative;
}

void transfer(const Side& from, const Side& to, const std::string& name, Progress& progress) {
  if (from.session && to.session && from.session->client().url() == to.session->client().url()) return to.session->copy(from.at(name), to.at(name));
  if (from.session && to.session) {
    const auto staged = std::filesystem::temp_directory_path() / ("dflab-mirror-" + random_hex(8));
    from.session->download(from.at(name), staged, [&](std::uint64_t bytes) { progress.add(bytes); });
    try {
      to.session->upload(staged, to.at(name));
    } catch (...) {
      std::filesystem::remove(staged);
      throw;
    }
    std::filesystem::remove(staged);
    return;
  }
  if (from.session) return from.session->download(from.at(name), file_below(to.folder, name), [&](std::uint64_t bytes) { progress.add(bytes); });
  to.session->upload(from.folder / name, to.at(name));
  progress.add(std::filesystem::file_size(from.folder / name));
}

int report_copies(const ObjectsOptions& options, std::size_t copied, std::size_t same, std::size_t removed) {
  if (options.as_json) print_json({{"copied", copied}, {"same", same}, {"removed", removed}});
  if (!options.as_json) std::printf("%zu copied, %zu the same, %zu removed\n", copied, same, removed);
  return 0;
}

int mirror(const Settings& settings, const ObjectsOptions& options) {
  auto from = Side::open(settings, options.first, options.from_endpoint);
  auto to = Side::open(settings, options.second, options.endpoint);
  if (!from.session && !to.session) throw Error(conditions::kWrongArgument, {{"value", options.first}, {"reason", "one side must be s3://bucket/prefix"}});
  for (auto* side : {&from, &to})
    if (side->session && !side->place.key.empty() && !side->place.key.ends_with('/')) side->place.key += '/';
  const auto have = to.list();
  std::vector<std::string> names;
  std::size_t same = 0;
  const auto wanted = from.list();
  for (const auto& [name, object] : wanted) {
    const auto there = have.find(name);
    // ETags of parts differ with the parts' sizes, and files have none: then the size has to do.
    const bool has_etags = there != have.end() && !object.etag.empty() && !there->second.etag.empty() && (object.etag + there->second.etag).find('-') == std::string::npos;
    if (there != have.end() && there->second.size == object.size && (!has_etags || there->second.etag == object.etag))
      ++same;
    else
      names.push_back(name);
  }
  Progress progress(options.as_json);
  run_side_by_side(names.size(), kRequestsAtOnce, [&](std::size_t i) { transfer(from, to, names[i], progress); });
  std::size_t removed = 0;
  if (options.remove_extra) {
    for (const auto& [name, object] : have) {
      if (wanted.contains(name)) continue;
      if (to.session)
        to.session->remove(to.at(name), "");
      else
        std::filesystem::remove(to.folder / name);
      ++removed;
    }
  }
  return report_copies(options, names.size(), same, removed);
}

int copy(const Settings& settings, const ObjectsOptions& options) {
  if (options.recursive) return mirror(settings, options);
  auto from = Side::open(settings, options.first, options.from_endpoint);
  auto to = Side::open(settings, options.second, options.endpoint);
  if (!from.session && !to.session) throw Error(conditions::kWrongArgument, {{"value", options.first}, {"reason", "one side must be s3://bucket/key"}});
  const auto name = file_name_of(from.session ? from.place.key : from.folder.string());
  if (to.session && (to.place.key.empty() || to.place.key.ends_with('/'))) to.place.key += name;
  if (!to.session && (std::filesystem::is_directory(to.folder) || !to.folder.has_filename())) to.folder /= name;
  Progress progress(options.as_json);
  if (!from.session) {
    to.session->upload(from.folder, to.place);
  } else if (!to.session) {
    from.session->download(from.place, to.folder, [&](std::uint64_t bytes) { progress.add(bytes); });
  } else {
    // Whole names on both sides: nothing is below them.
    transfer(from, to, "", progress);
  }
  return report_copies(options, 1, 0, 0);
}

int remove(const Settings& settings, const ObjectsOptions& options) {
  const auto session = S3Session::of_lab(settings);
  const auto place = parse_s3_place(options.first);
  std::vector<std::string> keys;
  if (options.recursive)
    session->list(place, "", [&](const ListedObject& object) { keys.push_back(object.key); });
  else if (place.key.empty())
    throw Error(conditions::kWrongArgument, {{"value", options.first}, {"reason", "it names no object; all of a bucket go with --recursive, the bucket with `objects buckets --remove`"}});
  else
    keys.push_back(place.key);
  run_side_by_side(keys.size(), kRequestsAtOnce, [&](std::size_t i) { session->remove({place.bucket, keys[i]}, options.version); });
  if (options.as_json) print_json({{"removed", keys.size()}});
  if (!options.as_json) std::printf("%zu removed\n", keys.size());
  return 0;
}

int show_versions(S3Session& session, const S3Place& place, bool as_json) {
  auto entries = nlohmann::json::array();
  std::string key_marker, version_marker;
  for (bool has_more = true; has_more;) {
    remote::s3::Call call{.method = "GET", .bucket = place.bucket, .query = {{"versions", ""}, {"prefix", place.key}}, .operation = "listing versions"};
    if (!key_marker.empty()) call.query.insert(call.query.end(), {{"key-marker", key_marker}, {"version-id-marker", version_marker}});
    const auto page = lab::s3::parse_xml(session.send(call).body);
    for (const auto& entry : page.children) {
      if (entry.name != "Version" && entry.name != "DeleteMarker") continue;
      const std::string key(entry.text_of("Key")), id(entry.text_of("VersionId")), modified(entry.text_of("LastModified"));
      const bool is_marker = entry.name == "DeleteMarker", is_latest = entry.text_of("IsLatest") == "true";
      const auto size = lab::s3::parse_number(entry.text_of("Size")).value_or(0);
      entries.push_back({{"key", key}, {"version", id}, {"modified", modified}, {"size", size}, {"is_latest", is_latest}, {"is_delete_marker", is_marker}});
      if (as_json) continue;
      const std::string what = is_marker ? "deleted" : std::to_string(size);
      std::printf("%-20.19s %12s %s %s%s\n", modified.c_str(), what.c_str(), id.c_str(), key.c_str(), is_latest ? " (latest)" : "");
    }
    has_more = page.text_of("IsTruncated") == "true";
    key_marker = std::string(page.text_of("NextKeyMarker"));
    version_marker = std::string(page.text_of("NextVersionIdMarker"));
  }
  if (as_json) print_json({{"versions", entries}});
  return 0;
}

int versions(const Settings& settings, const ObjectsOptions& options) {
  const auto session = S3Session::of_lab(settings);
  const auto place = parse_s3_place(options.first);
  if (!options.enable && !options.suspend) return show_versions(*session, place, options.as_json);
  const std::string status = options.enable ? "Enabled" : "Suspended";
  const std::string body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>" + status + "</Status></VersioningConfiguration>";
  session->send({.method = "PUT", .bucket = place.bucket, .query = {{"versioning", ""}}, .body = body, .operation = "setting versions of"});
  if (options.as_json) print_json({{"bucket", place.bucket}, {"versioning", status}});
  if (!options.as_json) std::printf("%s: versions are %s\n", place.bucket.c_str(), options.enable ? "kept" : "suspended");
  return 0;
}

int policy(const Settings& settings, const ObjectsOptions& options) {
  const auto session = S3Session::of_lab(settings);
  remote::s3::Call call{.method = "GET", .bucket = parse_s3_place(options.first).bucket, .query = {{"policy", ""}}, .operation = "the policy of"};
  std::string body;
  if (options.remove_extra) call.method = "DELETE";
  if (!options.second.empty()) {
    std::ifstream file(options.second);
    if (!file) throw Error(conditions::kWrongArgument, {{"value", options.second}, {"reason", "this file cannot be read"}});
    body.assign(std::istreambuf_iterator<char>(file), {});
    call.method = "PUT";
    call.body = body;
  }
  const auto response = session->send(call);
  if (call.method == "GET") std::printf("%s\n", response.body.c_str());
  if (call.method != "GET" && options.as_json) print_json({{"bucket", call.bucket}, {"policy", call.method == "PUT" ? "set" : "removed"}});
  if (call.method != "GET" && !options.as_json) std::printf("%s: the policy is %s\n", call.bucket.c_str(), call.method == "PUT" ? "set" : "removed");
  return 0;
}

int usage(const Settings& settings, const ObjectsOptions& options) {
  const auto session = S3Session::of_lab(settings);
  std::vector<S3Place> places;
  if (!options.first.empty()) places.push_back(parse_s3_place(options.first));
  if (options.first.empty())
    for (const auto& bucket : session->list_buckets()) places.push_back({bucket, ""});
  auto entries = nlohmann::json::array();
  for (const auto& place : places) {
    std::uint64_t bytes = 0, objects = 0;
    session->list(place, "", [&](const ListedObject& object) {
      bytes += object.size;
      ++objects;
    });
    entries.push_back({{"place", place.text()}, {"bytes", bytes}, {"objects", objects}});
    if (!options.as_json) std::printf("%15llu bytes %10llu objects  %s\n", static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(objects), place.text().c_str());
  }
  if (options.as_json) print_json({{"usage", entries}});
  return 0;
}

int scrub(const Settings& settings, const ObjectsOptions& options) {
  return print_store_report(run_store_job(*S3Session::of_lab(settings), "scrub", {}, options.as_json), options.as_json);
}

/// Without anything to set: all quotas.
int quota(const Settings& settings, const ObjectsOptions& options) {
  const auto session = S3Session::of_lab(settings);
  if (options.bytes || options.remove_extra) {
    if (options.user.empty() == options.first.empty()) throw Error(conditions::kWrongArgument, {{"value", options.first + options.user}, {"reason", "a quota is of a bucket or of a --user"}});
    lab::s3::NameValues wanted{options.user.empty() ? std::pair("Bucket", options.first) : std::pair("UserName", options.user)};
    if (options.bytes) wanted.emplace_back("Bytes", std::to_string(*options.bytes));
    session->ask_iam("DflabPutQuota", std::move(wanted));
  }
  auto entries = nlohmann::json::array();
  const auto result = session->ask_iam("DflabListQuotas", {});
  const auto* listed = result.find("Quotas");
  for (const auto& each : listed == nullptr ? std::vector<lab::s3::XmlElement>() : listed->children) {
    const bool is_of_bucket = each.find("Bucket") != nullptr;
    const std::string name(each.text_of(is_of_bucket ? "Bucket" : "UserName"));
    const auto bytes = lab::s3::parse_number(each.text_of("Bytes")).value_or(0), used = lab::s3::parse_number(each.text_of("Used")).value_or(0);
    entries.push_back({{is_of_bucket ? "bucket" : "user", name}, {"bytes", bytes}, {"used", used}});
    if (!options.as_json) std::printf("%-6s %-30s %15llu of %15llu bytes\n", is_of_bucket ? "bucket" : "user", name.c_str(), static_cast<unsigned long long>(used), static_cast<unsigned long long>(bytes));
  }
  if (options.as_json) print_json({{"quotas", entries}});
  return 0;
}

}  // namespace

void add_objects_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<ObjectsOptions>();
  CLI::App* objects = program.add_subcommand("objects", "buckets and objects of the running lab");
  objects->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* example, int (*run)(const Settings&, const ObjectsOptions&)) {
    CLI::App* command = objects->add_subcommand(name, help);
    command->add_flag("--json", options->as_json, "for programs");
    command->footer(std::string("Examples:\n") + example);
    command->callback([&chosen, options, run] { chosen = [options, run](const Settings& settings) { return run(settings, *options); }; });
    return command;
  };
  auto* buckets = add("buckets", "list buckets, make or remove one", "  dflab objects buckets\n  dflab objects buckets --make raw\n  dflab objects buckets --remove raw",
                      [](const Settings& settings, const ObjectsOptions& given) {
                        if (given.first.empty()) return list_buckets(settings, given);
                        return make_or_remove_bucket(settings, given, given.enable ? "PUT" : "DELETE");
                      });
  buckets->add_option_function<std::string>("--make", [options](const std::string& name) { options->first = name, options->enable = true; }, "make this bucket");
  buckets->add_option_function<std::string>("--remove", [options](const std::string& name) { options->first = name; }, "remove this bucket, which must be empty");
  auto* ls = add("ls", "list buckets, or what lies in one", "  dflab objects ls\n  dflab objects ls raw/2024/ --recursive", &list);
  ls->add_option("place", options->first, "bucket, or bucket/prefix");
  ls->add_flag("-r,--recursive", options->recursive, "all keys, without folders");
  auto* cp = add("cp", "copy between this machine and the store, or inside it", "  dflab objects cp report.csv s3://raw/\n  dflab objects cp s3://raw/report.csv .\n  dflab objects cp --recursive data/ s3://raw/data/", &copy);
  auto* mirrored = add("mirror", "make one side hold what the other holds; what is the same is not sent again",
                       "  dflab objects mirror data/ s3://raw/data/\n  dflab objects mirror s3://raw/ s3://backup/ --to-endpoint https://minio.example.org:9000", &mirror);
  for (auto* command : {cp, mirrored}) {
    command->add_option("from", options->first, "a file or folder, or s3://bucket/key")->required();
    command->add_option("to", options->second, "a file or folder, or s3://bucket/key")->required();
    command->add_option("--from-endpoint", options->from_endpoint, "the S3 of the first side, http[s]://host:port; keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY");
    command->add_option("--to-endpoint", options->endpoint, "the S3 of the second side");
  }
  cp->add_flag("-r,--recursive", options->recursive, "a folder or prefix with all below it");
  mirrored->add_flag("--remove", options->remove_extra, "also remove what the first side does not have");
  auto* rm = add("rm", "remove objects", "  dflab objects rm s3://raw/report.csv\n  dflab objects rm --recursive s3://raw/old/", &remove);
  rm->add_option("place", options->first, "bucket/key")->required();
  rm->add_flag("-r,--recursive", options->recursive, "all keys that begin so");
  rm->add_option("--version-id", options->version, "only this version, for good");
  auto* version = add("versions", "list versions, or have a bucket keep them", "  dflab objects versions raw/report.csv\n  dflab objects versions raw --keep", &versions);
  version->add_option("place", options->first, "bucket, or bucket/prefix")->required();
  version->add_flag("--keep", options->enable, "keep versions from now on");
  version->add_flag("--suspend", options->suspend, "keep no new versions")->excludes("--keep");
  auto* rules = add("policy", "show, set or remove a bucket's policy", "  dflab objects policy raw\n  dflab objects policy raw policy.json\n  dflab objects policy raw --remove", &policy);
  rules->add_option("bucket", options->first, "bucket")->required();
  rules->add_option("file", options->second, "a policy in IAM's JSON");
  rules->add_flag("--remove", options->remove_extra, "remove it");
  add("du", "bytes and objects by bucket or prefix", "  dflab objects du\n  dflab objects du raw/2024/ --json", &usage)->add_option("place", options->first, "bucket, or bucket/prefix");
  auto* quotas = add("quota", "show quotas, or set one for a bucket or a user", "  dflab objects quota\n  dflab objects quota raw --limit 10GB\n  dflab objects quota --user ann --remove", &quota);
  quotas->add_option("bucket", options->first, "bucket");
  quotas->add_option("--user", options->user, "of all objects that this user owns");
  quotas->add_option_function<std::uint64_t>("--limit", [options](std::uint64_t bytes) { options->bytes = bytes; }, "bytes at most (10GB, 512MiB)")->transform(CLI::AsSizeValue(true));
  quotas->add_flag("--remove", options->remove_extra, "take it away");
  add("scrub", "read all stored bytes and hold them against their hashes; ends with 1 when some are damaged", "  dflab objects scrub", &scrub);
}

}  // namespace lab::app::cli
