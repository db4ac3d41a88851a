#include "protocol/s3/bucket_logging.h"

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

Error malformed_logging() { return Error(conditions::kMalformedXml); }

LogKeyFormat read_format(const XmlElement& element) {
  const XmlElement* partitioned = element.find("PartitionedPrefix");
  const bool is_simple = element.find("SimplePrefix") != nullptr;
  if (is_simple == (partitioned != nullptr)) throw malformed_logging();
  if (is_simple) return LogKeyFormat::Simple;
  const std::string_view source = trim_spaces(partitioned->text_of("PartitionDateSource", "DeliveryTime"));
  if (source == "EventTime") return LogKeyFormat::EventTime;
  if (source == "DeliveryTime") return LogKeyFormat::DeliveryTime;
  throw malformed_logging();
}

/// A grant on a log object lets read it, write it, or both.
Grant read_target_grant(const XmlElement& element) {
  try {
    Grant grant = parse_grant(element);
    if (grant.permission != Permission::ReadAcp && grant.permission != Permission::WriteAcp) return grant;
  } catch (const Error& error) {
    if (&error.condition() != &conditions::kMalformedAcl) throw;
  }
  throw malformed_logging();
}

}  // namespace

std::optional<LoggingConfig> parse_logging(std::string_view text) {
  const XmlElement root = parse_xml(text);
  if (root.name != "BucketLoggingStatus") throw malformed_logging();
  const XmlElement* enabled = root.find("LoggingEnabled");
  if (enabled == nullptr) return std::nullopt;
  LoggingConfig config;
  config.bucket = std::string(trim_spaces(enabled->text_of("TargetBucket")));
  const XmlElement* prefix = enabled->find("TargetPrefix");
  if (config.bucket.empty() || prefix == nullptr) throw malformed_logging();
  config.prefix = prefix->text;
  if (const XmlElement* grants = enabled->find("TargetGrants"))
    for (const XmlElement& grant : grants->children) config.grants.push_back(read_target_grant(grant));
  if (const XmlElement* format = enabled->find("TargetObjectKeyFormat")) config.format = read_format(*format);
  return config;
}

std::string write_logging(const LoggingConfig& config) {
  XmlWriter xml;
  xml.open_root("BucketLoggingStatus");
  xml.open("LoggingEnabled");
  xml.element("TargetBucket", config.bucket);
  xml.element("TargetPrefix", config.prefix);
  if (!config.grants.empty()) {
    xml.open("TargetGrants");
    for (const Grant& grant : config.grants) write_grant(xml, grant);
    xml.close();
  }
  if (config.format != LogKeyFormat::Unsaid) {
    xml.open("TargetObjectKeyFormat");
    if (config.format == LogKeyFormat::Simple) {
      xml.element("SimplePrefix", "");
    } else {
      xml.open("PartitionedPrefix");
      xml.element("PartitionDateSource", config.format == LogKeyFormat::EventTime ? "EventTime" : "DeliveryTime");
      xml.close();
    }
    xml.close();
  }
  return std::move(xml).finish();
}

}  // namespace lab::s3
