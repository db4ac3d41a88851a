#include "wire/s3/lifecycle_runner.h"

#include <algorithm>

#include "base/log.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/lifecycle.h"
#include "protocol/s3/storage_class.h"
#include "store/change.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/object_headers.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kPage = 500;

/// The rules of one bucket at one moment.
class BucketRound {
 public:
  BucketRound(S3Service& service, store::BucketInfo bucket, std::vector<LifecycleRule> rules)
      : service_(service), bucket_(std::move(bucket)), rules_(std::move(rules)), now_(service.store.clock().now()) {
    std::erase_if(rules_, [](const LifecycleRule& rule) { return !rule.is_enabled; });
  }

  std::size_t run() {
    expire_versions();
    abort_uploads();
    return num_done_;
  }

 private:
  /// S3 rounds up to the next midnight; with days made short for trying rules out there is none.
  bool is_past(Timestamp from, std::uint64_t days) const {
    const auto day = service_.options.lifecycle_day;
    Timestamp due = from + std::chrono::duration_cast<Timestamp::duration>(day * static_cast<std::int64_t>(days));
    if (day == std::chrono::hours(24)) due = std::chrono::ceil<std::chrono::days>(due);
    return now_ >= due;
  }

  bool is_rule_for(const LifecycleRule& rule, const store::ObjectInfo& info) {
    if (!info.key.starts_with(rule.filter.prefix)) return false;
    NameValues tags;
    if (!rule.filter.tags.empty()) {
      // Listings are without properties.
      const auto found = store::find_version(service_.store.snapshot(), bucket_, info.key, info.version);
      if (!found) return false;
      if (const auto header = found->properties.headers.find(std::string(kTaggingHeader)); header != found->properties.headers.end())
        tags = parse_tagging_header(header->second);
    }
    return matches(rule.filter, info.key, info.size, tags);
  }

  bool expires(const LifecycleRule& rule, const store::ObjectInfo& info) {
    const bool is_due = (rule.expire_days && is_past(info.modified, *rule.expire_days)) || (rule.expire_date && now_ >= *rule.expire_date);
    return is_due && is_rule_for(rule, info);
  }

  void remove(const store::ObjectInfo& info, bool is_version) {
    store::DeleteObject erase{.bucket = bucket_.name, .key = info.key};
    if (is_version)
      erase.version = info.version;
    else
      // Whoever writes meanwhile keeps what was written.
      erase.expect = store::Expectation::has_etag(info.etag);
    try {
      store::Change change({.actor = "system", .protocol = "s3", .request = "lifecycle"});
      change.delete_object(std::move(erase));
      service_.store.apply(std::move(change));
      ++num_done_;
    } catch (const Error& error) {
      // Locked, or changed meanwhile: the next round looks again.
      log::debug("s3", "lifecycle leaves {}/{}: {}", bucket_.name, info.key, error.what());
    }
  }

  /// Moves a version to the class that is farthest along among those that are due, if it is not there yet. `since` is when it
  /// was made, or became noncurrent.
  void move_on(const store::ObjectInfo& info, Timestamp since, std::size_t num_newer, std::vector<LifecycleTransition> LifecycleRule::*transitions) {
    const auto rank_of = [](std::string_view storage_class) { return find_storage_rank(storage_class).value_or(0); };
    std::string wanted = storage_class_of(info.properties);
    for (const LifecycleRule& rule : rules_)
      for (const LifecycleTransition& each : rule.*transitions) {
        const bool is_due = (each.days && is_past(since, *each.days)) || (each.date && now_ >= *each.date);
        if (!is_due || num_newer <= each.newer_noncurrent.value_or(0) || rank_of(each.storage_class) <= rank_of(wanted)) continue;
        if (is_rule_for(rule, info)) wanted = each.storage_class;
      }
    if (wanted != storage_class_of(info.properties)) move(info, wanted);
  }

  void move(const store::ObjectInfo& info, const std::string& storage_class) {
    const auto update = [&](store::ObjectInfo& found) {
      if (found.etag != info.etag || found.modified != info.modified) throw Error(conditions::kOperationAborted);
      found.properties.headers[std::string(kStorageClassHeader)] = storage_class;
    };
    try {
      store::Change change({.actor = "system", .protocol = "s3", .request = "lifecycle"});
      change.update_object({.bucket = bucket_.name, .key = info.key, .version = info.version, .update = update});
      service_.store.apply(std::move(change));
      ++num_done_;
    } catch (const Error& error) {
      log::debug("s3", "lifecycle leaves {}/{} in its storage class: {}", bucket_.name, info.key, error.what());
    }
  }

  /// All versions of one key, newest first.
  void handle_key(const std::vector<store::ObjectInfo>& versions) {
    if (!expire_key(versions)) move_on(versions.front(), versions.front().modified, 1, &LifecycleRule::transitions);
    for (std::size_t i = 1; i < versions.size(); ++i)
      // A version became noncurrent when the one before it here was made.
      if (!expire_noncurrent(versions[i], versions[i - 1].modified, i) && !versions[i].is_marker)
        move_on(versions[i], versions[i - 1].modified, i, &LifecycleRule::noncurrent_transitions);
  }

  /// Whether the latest version is a marker, or was taken away.
  bool expire_key(const std::vector<store::ObjectInfo>& versions) {
    const store::ObjectInfo& latest = versions.front();
    for (const LifecycleRule& rule : rules_) {
      if (!latest.is_marker && expires(rule, latest)) {
        remove(latest, false);
        return true;
      }
      const bool is_lonely_marker = latest.is_marker && versions.size() == 1;
      const bool is_due = rule.removes_expired_markers || (rule.expire_days && is_past(latest.modified, *rule.expire_days));
      // A marker has no tags and no bytes.
      if (is_lonely_marker && is_due && matches(rule.filter, latest.key, 0, {})) {
        remove(latest, true);
        return true;
      }
    }
    return latest.is_marker;
  }

  bool expire_noncurrent(const store::ObjectInfo& version, Timestamp since, std::size_t num_newer) {
    for (const LifecycleRule& rule : rules_) {
      const bool is_due = rule.noncurrent_days && is_past(since, *rule.noncurrent_days) && num_newer > rule.newer_noncurrent.value_or(0);
      if (!is_due || !is_rule_for(rule, version)) continue;
      remove(version, true);
      return true;
    }
    return false;
  }

  void expire_versions() {
    store::VersionQuery query{.limit = kPage};
    std::vector<store::ObjectInfo> of_key;
    for (bool is_more = true; is_more;) {
      store::VersionPage page = service_.store.objects().list_versions(bucket_.name, query);
      for (store::ObjectInfo& info : page.versions) {
        if (!of_key.empty() && of_key.front().key != info.key) {
          handle_key(of_key);
          of_key.clear();
        }
        of_key.push_back(std::move(info));
      }
      is_more = page.is_truncated;
      query.key_marker = page.next_key_marker;
      query.version_marker = page.next_version_marker;
    }
    if (!of_key.empty()) handle_key(of_key);
  }

  void abort_uploads() {
    store::UploadListQuery query{.limit = kPage};
    for (bool is_more = true; is_more;) {
      const store::UploadPage page = service_.store.objects().list_uploads(bucket_.name, query);
      for (const store::UploadInfo& upload : page.uploads) {
        const bool is_due = std::ranges::any_of(rules_, [&](const LifecycleRule& rule) {
          return rule.abort_upload_days && is_past(upload.initiated, *rule.abort_upload_days) && upload.key.starts_with(rule.filter.prefix);
        });
        if (!is_due) continue;
        store::Change change({.actor = "system", .protocol = "s3", .request = "lifecycle"});
        change.abort_upload(bucket_.name, upload.key, upload.id);
        service_.store.apply(std::move(change));
        ++num_done_;
      }
      is_more = page.is_truncated;
      query.key_marker = page.next_key_marker;
      query.upload_marker = page.next_upload_marker;
    }
  }

  S3Service& service_;
  const store::BucketInfo bucket_;
  std::vector<LifecycleRule> rules_;
  const Timestamp now_;
  std::size_t num_done_ = 0;
};

}  // namespace

void LifecycleRunner::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // Often enough that a day of any length is noticed.
    const auto every = std::min<std::chrono::milliseconds>(std::chrono::minutes(30), service_.options.lifecycle_day / 4);
    while (!wake_.wait_for(lock, stop, every, [] { return false; }) && !stop.stop_requested()) {
      try {
        if (const std::size_t num_done = run_once(); num_done > 0) log::info("s3", "lifecycle rules took away or moved {} objects, versions and uploads", num_done);
      } catch (const std::exception& error) {
        log::warning("s3", "a round of lifecycle rules ended early: {}", error.what());
      }
    }
  });
}

void LifecycleRunner::stop() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t LifecycleRunner::run_once() {
  std::size_t num_done = 0;
  for (const store::BucketInfo& bucket : service_.store.objects().list_buckets()) {
    const auto document = find_setting(service_.store.snapshot(), bucket, "lifecycle");
    if (!document) continue;
    const auto rules = service_.lifecycles.get(*document, [](const std::string& text) { return parse_lifecycle(text); });
    num_done += BucketRound(service_, bucket, *rules).run();
  }
  return num_done;
}

}  // namespace lab::s3
