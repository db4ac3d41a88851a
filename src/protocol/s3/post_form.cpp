#include "protocol/s3/post_form.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"

namespace lab::s3 {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFields = 64 << 10;

Error malformed_form() { return Error(conditions::kMalformedPost); }
Error invalid_policy(std::string reason) { return Error(conditions::kInvalidPolicyDocument, {{"reason", "Invalid Policy: " + std::move(reason)}}); }
Error outside_policy(const std::string& reason) { return Error(conditions::kInvalidAccordingToPolicy, {{"reason", reason}}); }

/// A parameter of a header such as `form-data; name="key"; filename="a.txt"`.
std::optional<std::string> parameter_of(std::string_view header, std::string_view name) {
  std::string_view rest = header;
  while (true) {
    const auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    rest = trim_spaces(rest.substr(semicolon + 1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool is_it = to_lower_ascii(trim_spaces(rest.substr(0, equals))) == name;
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      std::size_t i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
      }
      rest.remove_prefix(std::min(i + 1, rest.size()));
    } else {
      value = std::string(trim_spaces(rest.substr(0, rest.find(';'))));
    }
    if (is_it) return value;
  }
}

/// `$key` as policies write it; without the dollar for a plain pair.
std::string field_name(std::string_view text) {
  if (text.starts_with('$')) text.remove_prefix(1);
  return to_lower_ascii(text);
}

/// Fields that a policy need not speak of.
bool is_free_field(std::string_view name) {
  constexpr std::string_view kFree[] = {"policy", "signature", "awsaccesskeyid", "x-amz-signature", "file"};
  constexpr std::string_view kFreePrefixes[] = {"x-ignore-", "x-amz-checksum-"};
  return std::ranges::find(kFree, name) != std::end(kFree) || std::ranges::any_of(kFreePrefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

std::uint64_t size_of_condition(const json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_string())
    if (const auto number = parse_number(value.get<std::string>())) return *number;
  throw invalid_policy("Invalid content-length-range: invalid integer");
}

}  // namespace

PostForm::PostForm(std::string_view content_type) {
  const auto boundary = parameter_of(content_type, "boundary");
  if (!to_lower_ascii(content_type).starts_with("multipart/form-data") || !boundary || boundary->empty() || boundary->size() > 200)
    throw Error(conditions::kPreconditionFailed, {{"Condition", "Bucket POST must be of the enclosure-type multipart/form-data"}});
  delimiter_ = "\r\n--" + *boundary;
  // The first boundary has no line before it.
  pending_ = "\r\n";
}

bool PostForm::read_part() {
  if (!pending_.starts_with(delimiter_)) {
    const auto at = pending_.find(delimiter_);
    if (at == std::string::npos) return false;
    pending_.erase(0, at);
  }
  const auto line_end = pending_.find("\r\n", delimiter_.size());
  if (line_end == std::string::npos) return false;
  if (pending_.compare(delimiter_.size(), 2, "--") == 0) throw Error(conditions::kPostWithoutFile);
  const auto head_end = pending_.find("\r\n\r\n", line_end);
  if (head_end == std::string::npos) return false;
  std::string disposition, type;
  for (std::string_view head = std::string_view(pending_).substr(line_end + 2, head_end - line_end - 2); !head.empty();) {
    const auto end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw malformed_form();
    const std::string name = to_lower_ascii(trim_spaces(line.substr(0, colon)));
    if (name == "content-disposition") disposition = std::string(trim_spaces(line.substr(colon + 1)));
    if (name == "content-type") type = std::string(trim_spaces(line.substr(colon + 1)));
  }
  const auto name = parameter_of(disposition, "name");
  if (!name) throw malformed_form();
  if (to_lower_ascii(*name) == "file") {
    file_name_ = parameter_of(disposition, "filename").value_or("");
    file_type_ = type;
    pending_.erase(0, head_end + 4);
    state_ = State::File;
    return true;
  }
  const auto value_end = pending_.find(delimiter_, head_end + 2);
  if (value_end == std::string::npos) return false;
  const auto start = std::min(head_end + 4, value_end);
  fields_.emplace_back(to_lower_ascii(*name), pending_.substr(start, value_end - start));
  pending_.erase(0, value_end);
  return true;
}

void PostForm::feed(std::string_view bytes, const std::function<void(std::string_view)>& file) {
  if (state_ == State::Done) return;
  pending_ += bytes;
  while (state_ == State::Fields && read_part()) {
  }
  if (state_ == State::Fields) {
    std::size_t size = pending_.size();
    for (const auto& [name, value] : fields_) size += name.size() + value.size();
    if (size > kMaxFields) throw Error(conditions::kMaxPostPreData);
    return;
  }
  const auto end = pending_.find(delimiter_);
  if (end != std::string::npos) {
    file(std::string_view(pending_).substr(0, end));
    pending_.clear();
    state_ = State::Done;
    return;
  }
  // What may be the beginning of the delimiter waits.
  const std::size_t kept = std::min(pending_.size(), delimiter_.size() - 1);
  file(std::string_view(pending_).substr(0, pending_.size() - kept));
  pending_.erase(0, pending_.size() - kept);
}

PostPolicy::PostPolicy(std::string_view base64) {
  const auto text = decode_base64(base64);
  if (!text) throw invalid_policy("Invalid base64.");
  const json document = json::parse(*text, nullptr, false);
  if (!document.is_object()) throw invalid_policy("Invalid JSON.");
  const auto expiration = document.find("expiration");
  if (expiration == document.end() || !expiration->is_string()) throw invalid_policy("Missing 'expiration'.");
  const auto time = parse_iso_time(expiration->get<std::string>());
  if (!time) throw invalid_policy("Invalid 'expiration' value: '" + expiration->get<std::string>() + "'");
  expires_ = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
  const auto conditions_list = document.find("conditions");
  if (conditions_list == document.end() || !conditions_list->is_array()) throw invalid_policy("Missing 'conditions'.");
  for (const json& each : *conditions_list) {
    if (each.is_object()) {
      if (each.empty()) throw invalid_policy("Invalid Simple-Condition: value must be a string.");
      for (const auto& [name, value] : each.items()) {
        if (!value.is_string()) throw invalid_policy("Invalid Simple-Condition: value must be a string.");
        rules_.push_back({false, field_name(name), value.get<std::string>()});
      }
      continue;
    }
    if (!each.is_array() || each.size() != 3 || !each[0].is_string()) throw invalid_policy("Invalid Condition: wrong number of arguments.");
    const std::string op = to_lower_ascii(each[0].get<std::string>());
    if (op == "content-length-range") {
      min_size_ = size_of_condition(each[1]);
      max_size_ = size_of_condition(each[2]);
    } else if ((op == "eq" || op == "starts-with") && each[1].is_string() && each[2].is_string()) {
      rules_.push_back({op == "starts-with", field_name(each[1].get<std::string>()), each[2].get<std::string>()});
    } else {
      throw invalid_policy("Invalid Condition: unknown operation '" + op + "'.");
    }
  }
}

void PostPolicy::check_fields(const NameValues& fields, std::string_view bucket, std::int64_t now_seconds) const {
  if (now_seconds >= expires_) throw outside_policy("Policy expired.");
  for (const Rule& rule : rules_) {
    const auto value = rule.field == "bucket" ? std::optional(bucket) : find_value(fields, rule.field);
    // `starts-with` nothing is S3's way to let a field be anything, absent too.
    const bool is_anything = rule.is_prefix && rule.value.empty();
    const bool holds = is_anything || (value && (rule.is_prefix ? value->starts_with(rule.value) : *value == rule.value));
    if (!holds) throw outside_policy("Policy Condition failed: [\"" + std::string(rule.is_prefix ? "starts-with" : "eq") + "\", \"$" + rule.field + "\", \"" + rule.value + "\"]");
  }
  const auto is_named = [&](std::string_view name) { return std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.field == name; }); };
  // The bucket is in the address, and a policy that does not name it would hold for any.
  if (!is_named("bucket")) throw outside_policy("Extra input fields: bucket");
  for (const auto& [name, value] : fields) {
    if (!is_free_field(name) && !is_named(name)) throw outside_policy("Extra input fields: " + name);
  }
}

void PostPolicy::check_size(std::uint64_t size) const {
  if (min_size_ && size < *min_size_) throw Error(conditions::kEntityTooSmall, {{"ProposedSize", std::to_string(size)}});
  if (max_size_ && size > *max_size_) throw Error(conditions::kEntityTooLarge, {{"ProposedSize", std::to_string(size)}});
}

}  // namespace lab::s3
