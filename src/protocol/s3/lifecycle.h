#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/text_forms.h"

namespace lab::s3 {

/// Which objects a rule is about: all conditions that are set must hold.
struct LifecycleFilter {
  std::string prefix;
  NameValues tags;
  std::optional<std::uint64_t> larger_than;   ///< bytes
  std::optional<std::uint64_t> smaller_than;  ///< bytes
  bool has_prefix = false;
  bool is_legacy = false;  ///< `<Prefix>` of the rule itself, as old clients write it
};

/// Moves objects, or versions behind the latest, to another storage class.
struct LifecycleTransition {
  std::optional<std::uint64_t> days;
  std::optional<std::chrono::sys_days> date;      ///< of objects only
  std::optional<std::uint64_t> newer_noncurrent;  ///< of versions: so many stay where they are
  std::string storage_class;
};

/// A rule of `<LifecycleConfiguration>`. Days count from the making of what they are about.
struct LifecycleRule {
  std::string id;
  bool is_enabled = false;
  LifecycleFilter filter;
  std::optional<std::uint64_t> expire_days;
  std::optional<std::chrono::sys_days> expire_date;
  bool removes_expired_markers = false;
  std::optional<std::uint64_t> noncurrent_days;
  std::optional<std::uint64_t> newer_noncurrent;  ///< so many are kept in any case
  std::optional<std::uint64_t> abort_upload_days;
  std::vector<LifecycleTransition> transitions;
  std::vector<LifecycleTransition> noncurrent_transitions;
};

/// 1 to 1,000 rules; a rule without an id gets one. Throws MalformedXML, InvalidArgument.
std::vector<LifecycleRule> parse_lifecycle(std::string_view xml);
std::string write_lifecycle(const std::vector<LifecycleRule>& rules);

bool matches(const LifecycleFilter& filter, std::string_view key, std::uint64_t size, const NameValues& tags);

}  // namespace lab::s3
