#include "protocol/s3/object_lock.h"

#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr std::uint64_t kMaxRetentionDays = 36'500;

XmlElement read_lock_root(std::string_view xml, std::string_view name) {
  XmlElement root = parse_xml(xml);
  if (root.name != name) throw Error(conditions::kMalformedXml);
  return root;
}

LockMode read_mode(std::string_view text) {
  const auto mode = find_lock_mode(trim_spaces(text));
  if (!mode) throw Error(conditions::kMalformedXml);
  return *mode;
}

Error invalid_period(const char* reason) { return Error(conditions::kInvalidRetentionPeriod, {{"reason", reason}}); }

}  // namespace

std::string_view show_lock_mode(LockMode mode) { return mode == LockMode::Governance ? "GOVERNANCE" : "COMPLIANCE"; }

std::optional<LockMode> find_lock_mode(std::string_view text) {
  if (text == "GOVERNANCE") return LockMode::Governance;
  if (text == "COMPLIANCE") return LockMode::Compliance;
  return std::nullopt;
}

std::optional<DefaultRetention> parse_lock_configuration(std::string_view xml) {
  const XmlElement root = read_lock_root(xml, "ObjectLockConfiguration");
  if (trim_spaces(root.text_of("ObjectLockEnabled")) != "Enabled") throw Error(conditions::kMalformedXml);
  const XmlElement* rule = root.find("Rule");
  if (rule == nullptr) return std::nullopt;
  const XmlElement* given = rule->find("DefaultRetention");
  if (given == nullptr) throw Error(conditions::kMalformedXml);
  const XmlElement* days = given->find("Days");
  const XmlElement* years = given->find("Years");
  if ((days == nullptr) == (years == nullptr)) throw Error(conditions::kMalformedXml);
  DefaultRetention retention;
  retention.mode = read_mode(given->text_of("Mode"));
  retention.in_years = years != nullptr;
  const std::string_view text = trim_spaces(retention.in_years ? years->text : days->text);
  if (text.starts_with('-')) throw invalid_period("Default retention period must be a positive integer value.");
  const auto number = parse_number(text);
  if (!number) throw Error(conditions::kMalformedXml);
  if (*number == 0) throw invalid_period("Default retention period must be a positive integer value.");
  if (*number > (retention.in_years ? kMaxRetentionDays / 365 : kMaxRetentionDays)) throw invalid_period("Default retention period is too large.");
  retention.length = std::chrono::days(*number * (retention.in_years ? 365 : 1));
  return retention;
}

std::string write_lock_configuration(const std::optional<DefaultRetention>& retention) {
  XmlWriter xml;
  xml.open_root("ObjectLockConfiguration");
  xml.element("ObjectLockEnabled", "Enabled");
  if (retention) {
    const auto days = static_cast<std::uint64_t>(retention->length.count());
    xml.open("Rule");
    xml.open("DefaultRetention");
    xml.element("Mode", show_lock_mode(retention->mode));
    if (retention->in_years)
      xml.element("Years", days / 365);
    else
      xml.element("Days", days);
    xml.close();
    xml.close();
  }
  return std::move(xml).finish();
}

Retention parse_retention(std::string_view xml) {
  const XmlElement root = read_lock_root(xml, "Retention");
  const XmlElement* mode = root.find("Mode");
  const XmlElement* until = root.find("RetainUntilDate");
  if (mode == nullptr && until == nullptr) return {};
  if (mode == nullptr || until == nullptr) throw Error(conditions::kMalformedXml);
  const auto time = parse_iso_time(trim_spaces(until->text));
  if (!time) throw Error(conditions::kMalformedXml);
  return {read_mode(mode->text), *time};
}

std::string write_retention(const Retention& retention) {
  XmlWriter xml;
  xml.open_root("Retention");
  if (retention.mode) {
    xml.element("Mode", show_lock_mode(*retention.mode));
    xml.element("RetainUntilDate", print_iso_time(retention.until));
  }
  return std::move(xml).finish();
}

bool parse_legal_hold(std::string_view xml) {
  const XmlElement root = read_lock_root(xml, "LegalHold");
  const std::string_view status = trim_spaces(root.text_of("Status"));
  if (status != "ON" && status != "OFF") throw Error(conditions::kMalformedXml);
  return status == "ON";
}

std::string write_legal_hold(bool is_on) {
  XmlWriter xml;
  xml.open_root("LegalHold");
  xml.element("Status", is_on ? "ON" : "OFF");
  return std::move(xml).finish();
}

}  // namespace lab::s3
