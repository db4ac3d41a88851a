#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "access/access.h"
#include "base/pool.h"
#include "protocol/s3/lifecycle.h"
#include "protocol/s3/policy.h"
#include "store/store.h"
#include "wire/s3/access_logs.h"
#include "wire/s3/document_cache.h"
#include "wire/s3/md5_lanes.h"
#include "wire/s3/provider_keys.h"
#include "wire/s3/store_jobs.h"

namespace lab::s3 {

struct S3Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 9000;
  std::uint16_t console_port = 9001;
  std::string region = "us-east-1";
  std::chrono::seconds lifecycle_day = std::chrono::hours(24);  ///< what lifecycle rules call a day
  std::chrono::milliseconds log_interval = std::chrono::seconds(5);  ///< how long lines of access logs wait for their delivery
  std::map<std::string, std::string> webhooks = {};  ///< URLs by name: whom notifications of buckets can be sent to
  std::string domain;  ///< for `<bucket>.<domain>`; empty: only S3's own and localhost
};

/// What operations work with. All of it outlives the server.
struct S3Service {
  store::Store& store;
  access::Access& access;
  ThreadPool& storage;  ///< operations run here; they may wait for disk
  S3Options options;
  DocumentCache<Policy> policies = {};  ///< by text, and the bucket whose it is
  DocumentCache<std::vector<LifecycleRule>> lifecycles = {};
  StoreJobs jobs = {};
  AccessLogs access_logs = {};
  ProviderKeys provider_keys = {};  ///< of identity providers
  Md5Lanes md5_lanes{storage};      ///< of large bodies
};

}  // namespace lab::s3
