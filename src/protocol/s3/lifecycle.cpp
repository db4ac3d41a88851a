#include "protocol/s3/lifecycle.h"

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/storage_class.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kMaxLifecycleRules = 1000, kMaxRuleId = 255;

std::uint64_t positive(const XmlElement& element, const char* action) {
  const std::string_view text = trim_spaces(element.text);
  const auto number = parse_number(text);
  if (!number && !text.starts_with('-')) throw Error(conditions::kMalformedXml);
  if (!number || *number == 0)
    throw invalid_argument("'" + element.name + "' for " + action + " action must be a positive integer", element.name, std::string(text));
  return *number;
}

std::uint64_t size_of(const XmlElement& element) {
  const auto number = parse_number(trim_spaces(element.text));
  if (!number) throw Error(conditions::kMalformedXml);
  return *number;
}

void read_filter_part(const XmlElement& part, LifecycleFilter& filter) {
  if (part.name == "Prefix") {
    // Named twice, inside and outside of And, both must hold.
    if (!part.text.starts_with(filter.prefix) && !filter.prefix.starts_with(part.text)) throw Error(conditions::kMalformedXml);
    if (part.text.size() > filter.prefix.size()) filter.prefix = part.text;
    filter.has_prefix = true;
  } else if (part.name == "Tag") {
    const XmlElement* key = part.find("Key");
    const XmlElement* value = part.find("Value");
    if (key == nullptr || value == nullptr || key->text.empty()) throw Error(conditions::kMalformedXml);
    filter.tags.emplace_back(key->text, value->text);
  } else if (part.name == "ObjectSizeGreaterThan") {
    filter.larger_than = size_of(part);
  } else if (part.name == "ObjectSizeLessThan") {
    filter.smaller_than = size_of(part);
  } else {
    throw Error(conditions::kMalformedXml);
  }
}

LifecycleFilter read_filter(const XmlElement& rule) {
  LifecycleFilter filter;
  const XmlElement* given = rule.find("Filter");
  const XmlElement* prefix = rule.find("Prefix");
  if ((given != nullptr) == (prefix != nullptr)) throw Error(conditions::kMalformedXml);
  if (prefix != nullptr) {
    read_filter_part(*prefix, filter);
    filter.is_legacy = true;
    return filter;
  }
  // Conditions side by side are taken like those in And: SDKs write an empty prefix beside a tag.
  for (const XmlElement& part : given->children) {
    if (part.name != "And") {
      read_filter_part(part, filter);
      continue;
    }
    for (const XmlElement& inner : part.children) read_filter_part(inner, filter);
  }
  return filter;
}

std::chrono::sys_days read_date(const XmlElement& element) {
  const std::string_view text = trim_spaces(element.text);
  const auto time = parse_iso_time(text.size() == 10 ? std::string(text) + "T00:00:00Z" : std::string(text));
  if (!time) throw Error(conditions::kMalformedXml);
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  if (day != *time) throw invalid_argument("'Date' must be at midnight GMT", "Date", std::string(text));
  return day;
}

/// `Transition` or `NoncurrentVersionTransition`. Objects may move on the day they are made.
LifecycleTransition read_transition(const XmlElement& element) {
  const bool is_noncurrent = element.name == "NoncurrentVersionTransition";
  LifecycleTransition transition;
  for (const XmlElement& part : element.children) {
    if (part.name == (is_noncurrent ? "NoncurrentDays" : "Days"))
      transition.days = size_of(part);
    else if (part.name == "Date" && !is_noncurrent)
      transition.date = read_date(part);
    else if (part.name == "NewerNoncurrentVersions" && is_noncurrent)
      transition.newer_noncurrent = positive(part, "NoncurrentVersionTransition");
    else if (part.name == "StorageClass")
      transition.storage_class = std::string(trim_spaces(part.text));
    else
      throw Error(conditions::kMalformedXml);
  }
  const int rank = find_storage_rank(transition.storage_class).value_or(0);
  if (rank == 0 || transition.days.has_value() == transition.date.has_value()) throw Error(conditions::kMalformedXml);
  return transition;
}

void read_expiration(const XmlElement& element, LifecycleRule& rule) {
  if (element.children.size() != 1) throw Error(conditions::kMalformedXml);
  const XmlElement& only = element.children.front();
  if (only.name == "Days") {
    rule.expire_days = positive(only, "Expiration");
  } else if (only.name == "Date") {
    rule.expire_date = read_date(only);
  } else if (only.name == "ExpiredObjectDeleteMarker") {
    const std::string value = to_lower_ascii(trim_spaces(only.text));
    if (value != "true" && value != "false") throw Error(conditions::kMalformedXml);
    rule.removes_expired_markers = value == "true";
    if (rule.removes_expired_markers && !rule.filter.tags.empty()) throw invalid_request("ExpiredObjectDeleteMarker cannot be specified with Tags.");
  } else {
    throw Error(conditions::kMalformedXml);
  }
}

LifecycleRule read_rule(const XmlElement& element) {
  if (element.name != "Rule") throw Error(conditions::kMalformedXml);
  LifecycleRule rule;
  rule.id = std::string(trim_spaces(element.text_of("ID")));
  if (rule.id.size() > kMaxRuleId) throw invalid_argument("ID length should not exceed allowed limit of 255", "ID", rule.id);
  if (rule.id.empty()) rule.id = random_hex(16);
  const std::string_view status = trim_spaces(element.text_of("Status"));
  if (status != "Enabled" && status != "Disabled") throw Error(conditions::kMalformedXml);
  rule.is_enabled = status == "Enabled";
  rule.filter = read_filter(element);
  bool has_action = false;
  for (const XmlElement& child : element.children) {
    if (child.name == "Expiration") {
      read_expiration(child, rule);
    } else if (child.name == "NoncurrentVersionExpiration") {
      for (const XmlElement& part : child.children) {
        if (part.name == "NoncurrentDays")
          rule.noncurrent_days = positive(part, "NoncurrentVersionExpiration");
        else if (part.name == "NewerNoncurrentVersions")
          rule.newer_noncurrent = positive(part, "NoncurrentVersionExpiration");
        else
          throw Error(conditions::kMalformedXml);
      }
      if (!rule.noncurrent_days) throw Error(conditions::kMalformedXml);
    } else if (child.name == "AbortIncompleteMultipartUpload") {
      const XmlElement* days = child.find("DaysAfterInitiation");
      if (days == nullptr) throw Error(conditions::kMalformedXml);
      rule.abort_upload_days = positive(*days, "AbortIncompleteMultipartUpload");
      if (!rule.filter.tags.empty()) throw invalid_request("AbortIncompleteMultipartUpload cannot be specified with Tags.");
    } else if (child.name == "Transition") {
      rule.transitions.push_back(read_transition(child));
    } else if (child.name == "NoncurrentVersionTransition") {
      rule.noncurrent_transitions.push_back(read_transition(child));
    } else {
      continue;
    }
    has_action = true;
  }
  if (!has_action) throw invalid_request("At least one action needs to be specified in a rule.");
  return rule;
}

void write_filter(XmlWriter& xml, const LifecycleFilter& filter) {
  if (filter.is_legacy) {
    xml.element("Prefix", filter.prefix);
    return;
  }
  const std::size_t num_parts = filter.tags.size() + (filter.has_prefix ? 1 : 0) + (filter.larger_than ? 1 : 0) + (filter.smaller_than ? 1 : 0);
  xml.open("Filter");
  if (num_parts > 1) xml.open("And");
  if (filter.has_prefix) xml.element("Prefix", filter.prefix);
  for (const auto& [key, value] : filter.tags) {
    xml.open("Tag");
    xml.element("Key", key);
    xml.element("Value", value);
    xml.close();
  }
  if (filter.larger_than) xml.element("ObjectSizeGreaterThan", *filter.larger_than);
  if (filter.smaller_than) xml.element("ObjectSizeLessThan", *filter.smaller_than);
  if (num_parts > 1) xml.close();
  xml.close();
}

}  // namespace

std::vector<LifecycleRule> parse_lifecycle(std::string_view xml) {
  const XmlElement root = parse_xml(xml);
  if (root.name != "LifecycleConfiguration" && root.name != "BucketLifecycleConfiguration") throw Error(conditions::kMalformedXml);
  std::vector<LifecycleRule> rules;
  std::set<std::string> ids;
  for (const XmlElement& child : root.children) {
    rules.push_back(read_rule(child));
    if (!ids.insert(rules.back().id).second) throw invalid_argument("Rule ID must be unique. Found same ID for more than one rule", "ID", rules.back().id);
  }
  if (rules.empty() || rules.size() > kMaxLifecycleRules) throw Error(conditions::kMalformedXml);
  return rules;
}

std::string write_lifecycle(const std::vector<LifecycleRule>& rules) {
  XmlWriter xml;
  xml.open_root("LifecycleConfiguration");
  for (const LifecycleRule& rule : rules) {
    xml.open("Rule");
    xml.element("ID", rule.id);
    write_filter(xml, rule.filter);
    xml.element("Status", rule.is_enabled ? "Enabled" : "Disabled");
    if (rule.expire_days || rule.expire_date || rule.removes_expired_markers) {
      xml.open("Expiration");
      if (rule.expire_days) xml.element("Days", *rule.expire_days);
      if (rule.expire_date) xml.element("Date", print_iso_time(*rule.expire_date));
      if (rule.removes_expired_markers) xml.flag("ExpiredObjectDeleteMarker", true);
      xml.close();
    }
    for (const LifecycleTransition& transition : rule.transitions) {
      xml.open("Transition");
      if (transition.days) xml.element("Days", *transition.days);
      if (transition.date) xml.element("Date", print_iso_time(*transition.date));
      xml.element("StorageClass", transition.storage_class);
      xml.close();
    }
    for (const LifecycleTransition& transition : rule.noncurrent_transitions) {
      xml.open("NoncurrentVersionTransition");
      xml.element("NoncurrentDays", transition.days.value_or(0));
      if (transition.newer_noncurrent) xml.element("NewerNoncurrentVersions", *transition.newer_noncurrent);
      xml.element("StorageClass", transition.storage_class);
      xml.close();
    }
    if (rule.noncurrent_days) {
      xml.open("NoncurrentVersionExpiration");
      xml.element("NoncurrentDays", *rule.noncurrent_days);
      if (rule.newer_noncurrent) xml.element("NewerNoncurrentVersions", *rule.newer_noncurrent);
      xml.close();
    }
    if (rule.abort_upload_days) {
      xml.open("AbortIncompleteMultipartUpload");
      xml.element("DaysAfterInitiation", *rule.abort_upload_days);
      xml.close();
    }
    xml.close();
  }
  return std::move(xml).finish();
}

bool matches(const LifecycleFilter& filter, std::string_view key, std::uint64_t size, const NameValues& tags) {
  if (!key.starts_with(filter.prefix)) return false;
  if (filter.larger_than && size <= *filter.larger_than) return false;
  if (filter.smaller_than && size >= *filter.smaller_than) return false;
  return std::ranges::all_of(filter.tags, [&](const auto& each) { return std::ranges::find(tags, each) != tags.end(); });
}

}  // namespace lab::s3
