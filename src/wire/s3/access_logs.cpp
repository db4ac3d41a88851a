#include "wire/s3/access_logs.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/ids.h"
#include "base/log.h"
#include "protocol/s3/policy.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/service.h"

namespace lab::s3 {
namespace {

constexpr const char* kDelivery = "service:logging.s3.amazonaws.com";
// A log object grows to this much at most before it is delivered.
constexpr std::size_t kMaxBatch = 4 << 20;

/// `2026-11-29-05-40-00` in parts.
struct DayAndTime {
  std::string year, month, day, time;
};

DayAndTime day_and_time(Timestamp moment) {
  const auto days = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(moment - days));
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return {std::to_string(static_cast<int>(date.year())), two(static_cast<unsigned>(date.month())), two(static_cast<unsigned>(date.day())),
          two(clock.hours().count()) + "-" + two(clock.minutes().count()) + "-" + two(clock.seconds().count())};
}

bool is_partitioned(const LoggingConfig& config) { return config.format == LogKeyFormat::EventTime || config.format == LogKeyFormat::DeliveryTime; }

}  // namespace

bool may_deliver_log(const S3Service& service, const LoggingConfig& config, const std::string& source, const std::string& owner) {
  const auto snapshot = service.store.snapshot();
  const auto target = store::find_bucket(snapshot, config.bucket);
  if (!target) return false;
  if (const auto text = find_setting(snapshot, *target, "policy")) {
    PolicyRequest request{.user = kDelivery, .action = "s3:PutObject", .resource = "arn:aws:s3:::" + config.bucket + "/" + config.prefix};
    request.context["aws:sourcearn"] = {"arn:aws:s3:::" + source};
    request.context["aws:sourceaccount"] = {owner};
    const PolicyEffect effect = evaluate(parse_policy(*text, config.bucket), request);
    if (effect != PolicyEffect::None) return effect == PolicyEffect::Allow;
  }
  return std::ranges::any_of(acl_of(snapshot, *target).grants, [](const Grant& grant) {
    return grant.grantee.group == kLogDelivery && (grant.permission == Permission::Write || grant.permission == Permission::FullControl);
  });
}

void AccessLogs::reload(store::Store& store) {
  const std::lock_guard reloading(reloading_);
  const auto snapshot = store.snapshot();
  std::map<std::string, Source> sources;
  for (const store::BucketInfo& bucket : store.objects().list_buckets()) {
    const auto document = find_setting(snapshot, bucket, "logging");
    if (!document) continue;
    if (auto config = parse_logging(*document)) sources[bucket.name] = {*std::move(config), bucket.owner, bucket.region};
  }
  const std::lock_guard lock(mutex_);
  sources_ = std::move(sources);
  is_used_ = !sources_.empty() || !batches_.empty();
}

std::optional<std::string> AccessLogs::owner_of_logged(const std::string& bucket) const {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(bucket);
  if (found == sources_.end()) return std::nullopt;
  return found->second.owner;
}

void AccessLogs::record(const std::string& bucket, Timestamp now, const std::string& line) {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(bucket);
  if (found == sources_.end()) return;
  const Source& source = found->second;
  // A partition is of one bucket, and of the day of its requests where that is asked for.
  std::string partition = is_partitioned(source.config) ? bucket : std::string();
  if (source.config.format == LogKeyFormat::EventTime) {
    const DayAndTime at = day_and_time(now);
    partition += "/" + at.year + at.month + at.day;
  }
  auto& [kept, batch] = batches_[{source.config.bucket + "/" + source.config.prefix, write_logging(source.config), partition}];
  if (batch.lines.empty()) {
    kept = source;
    batch.first = now;
    batch.source = bucket;
  }
  batch.lines += line + "\n";
  batch.is_full = batch.lines.size() > kMaxBatch;
}

std::size_t AccessLogs::deliver(const S3Service& service, Timestamp until) {
  std::vector<std::pair<Source, Batch>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto each = batches_.begin(); each != batches_.end();) {
      const Batch& batch = each->second.second;
      if (batch.first > until && !batch.is_full) {
        ++each;
        continue;
      }
      due.push_back(std::move(each->second));
      each = batches_.erase(each);
    }
  }
  for (const auto& [source, batch] : due) {
    try {
      write_batch(service, source, batch);
    } catch (const Error& error) {
      log::warning("s3", "the access log of {} could not be written to {}: {}", batch.source, source.config.bucket, error.what());
    }
  }
  return due.size();
}

void AccessLogs::write_batch(const S3Service& service, const Source& source, const Batch& batch) const {
  const LoggingConfig& config = source.config;
  const auto snapshot = service.store.snapshot();
  const auto target = store::find_bucket(snapshot, config.bucket);
  if (!target || find_setting(snapshot, *target, "encryption") || !may_deliver_log(service, config, batch.source, source.owner)) {
    log::warning("s3", "the access log of {} may not be written to {}", batch.source, config.bucket);
    return;
  }
  const Timestamp now = service.store.clock().now();
  const DayAndTime delivery = day_and_time(now);
  const DayAndTime day = config.format == LogKeyFormat::EventTime ? day_and_time(batch.first) : delivery;
  std::string key = config.prefix;
  if (is_partitioned(config)) key += source.owner + "/" + source.region + "/" + batch.source + "/" + day.year + "/" + day.month + "/" + day.day + "/";
  key += day.year + "-" + day.month + "-" + day.day + "-" + delivery.time + "-";
  for (const char c : random_hex(8)) key += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;

  store::StagedBlob blob = service.store.write_blob(batch.lines, {.checksums = {ChecksumKind::Md5}});
  store::PutObject put{.bucket = config.bucket, .key = std::move(key), .etag = to_hex(blob.digest(ChecksumKind::Md5))};
  put.content = store::ObjectContent::of(std::move(blob));
  put.properties.owner = target->owner;
  put.properties.content_type = "text/plain";
  if (!config.grants.empty()) {
    AccessControlList acl{{target->owner, target->owner}, {{{target->owner, target->owner, {}}, Permission::FullControl}}};
    acl.grants.insert(acl.grants.end(), config.grants.begin(), config.grants.end());
    put.properties.acl = write_acl(acl);
  }
  store::Change change({.actor = "system", .protocol = "s3", .request = "access log"});
  change.put_object(std::move(put));
  service.store.apply(std::move(change));
}

void AccessLogRunner::start() {
  service_.access_logs.reload(service_.store);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto interval = service_.options.log_interval;
    const auto every = std::clamp<std::chrono::milliseconds>(interval / 8, std::chrono::milliseconds(100), std::chrono::milliseconds(1000));
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, every, [] { return false; }) && !stop.stop_requested()) {
      if (!service_.access_logs.is_used()) continue;
      try {
        service_.access_logs.deliver(service_, service_.store.clock().now() - interval);
        // Buckets that are gone are logged no more.
        service_.access_logs.reload(service_.store);
      } catch (const std::exception& error) {
        log::warning("s3", "a round of access logs ended early: {}", error.what());
      }
    }
  });
}

void AccessLogRunner::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
  try {
    service_.access_logs.deliver(service_, Timestamp::max());
  } catch (const std::exception& error) {
    log::warning("s3", "the last access logs were not written: {}", error.what());
  }
}

}  // namespace lab::s3
