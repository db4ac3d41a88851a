#include "wire/s3/access_log_line.h"

#include <algorithm>

#include "protocol/s3/text_forms.h"
#include "wire/s3/errors.h"
#include "wire/s3/operation_table.h"

namespace lab::s3 {
namespace {

/// How the log calls what a sub-resource is; others are called as they are, in upper case.
struct ResourceRow {
  std::string_view sub_resource;
  std::string_view name;
};

constexpr ResourceRow kLogResources[] = {
    {"delete", "MULTI_OBJECT_DELETE"}, {"legal-hold", "LEGAL_HOLD"},
    {"list-type", "BUCKET"},           {"logging", "LOGGING_STATUS"},
    {"object-lock", "OBJECT_LOCK"},    {"ownershipControls", "OWNERSHIP_CONTROLS"},
    {"policy", "BUCKETPOLICY"},        {"policyStatus", "POLICY_STATUS"},
    {"publicAccessBlock", "PUBLIC_ACCESS_BLOCK"}, {"requestPayment", "REQUEST_PAYMENT"},
    {"uploadId", "UPLOAD"},            {"versions", "BUCKETVERSIONS"},
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

/// `REST.PUT.OBJECT`.
std::string operation_name(const Call& call) {
  const std::string method = upper(call.head.method);
  if (method == "OPTIONS") return "REST.OPTIONS.PREFLIGHT";
  if (call.address.is_website) return "WEBSITE." + method + ".OBJECT";
  const bool is_object = !call.address.key.empty();
  const Operation* operation = call.operation != nullptr ? call.operation : find_operation(call.head, is_object ? Scope::Object : Scope::Bucket);
  std::string resource = is_object ? "OBJECT" : "BUCKET";
  if (operation != nullptr && !operation->sub_resource.empty()) {
    const auto* row = std::ranges::find(kLogResources, operation->sub_resource, &ResourceRow::sub_resource);
    resource = row != std::end(kLogResources) ? std::string(row->name) : upper(operation->sub_resource);
    if (operation->second == "partNumber") resource = "PART";
    if (is_object && resource == "TAGGING") resource = "OBJECT_TAGGING";
  }
  const bool is_copy = operation != nullptr && operation->header == "x-amz-copy-source";
  return "REST." + (is_copy ? std::string("COPY") : method) + "." + resource;
}

/// `[29/Nov/2026:05:40:00 +0000]`.
std::string print_log_time(Timestamp moment) {
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto days = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(moment - days));
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return "[" + two(static_cast<unsigned>(date.day())) + "/" + std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + "/" +
         std::to_string(static_cast<int>(date.year())) + ":" + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
         two(clock.seconds().count()) + " +0000]";
}

std::string or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

/// What a client wrote, in quotes: nothing in it ends the field or the line.
std::string quoted_field(std::string_view text) {
  if (text.empty()) return "\"-\"";
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"')
      field += "%22";
    else if (static_cast<unsigned char>(c) < ' ')
      field += ' ';
    else
      field += c;
  }
  return field + "\"";
}

std::optional<std::uint64_t> sent_bytes(const net::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
  if (const auto* streamed = std::get_if<net::StreamedBody>(&response.body)) return streamed->length;
  if (const auto* ranges = std::get_if<std::vector<net::FileRange>>(&response.body)) {
    std::uint64_t sum = 0;
    for (const net::FileRange& range : *ranges) sum += range.length;
    return sum;
  }
  return std::nullopt;
}

/// Of what was put, or of what is told.
std::string object_size(const Call& call, const net::Response& response, std::optional<std::uint64_t> sent) {
  if (call.head.method == "PUT") {
    const auto decoded = call.head.header("x-amz-decoded-content-length");
    return or_dash(decoded ? *decoded : call.head.header("content-length").value_or(""));
  }
  if (response.announced_length) return std::to_string(*response.announced_length);
  return call.head.method == "GET" && response.status == 200 && sent ? std::to_string(*sent) : "-";
}

struct HowSigned {
  std::string version = "-";
  std::string type = "-";
};

HowSigned how_signed(const RequestHead& head) {
  if (const auto header = head.header("authorization")) return {header->starts_with("AWS4") ? "SigV4" : "SigV2", "AuthHeader"};
  if (head.has_parameter("X-Amz-Signature")) return {"SigV4", "QueryString"};
  if (head.has_parameter("Signature")) return {"SigV2", "QueryString"};
  return {};
}

}  // namespace

std::string write_access_line(const Call& call, std::string_view target, const net::Response& response, const Error* failure,
                              std::chrono::milliseconds took, const std::string& bucket_owner) {
  const auto sent = sent_bytes(response);
  const std::string requester = call.role.name.empty() ? call.identity.user : "arn:aws:sts:::assumed-role/" + call.role.name + "/" + call.role.session;
  const HowSigned sign = how_signed(call.head);
  const auto version = net::find_header(response.headers, "x-amz-version-id");
  std::string line = or_dash(bucket_owner) + " " + call.address.bucket + " " + print_log_time(call.service.store.clock().now()) + " " + or_dash(call.peer) + " " +
                     or_dash(requester) + " " + call.request_id + " " + operation_name(call) + " " + or_dash(encode_uri(call.address.key, true)) + " ";
  line += quoted_field(call.head.method + " " + std::string(target) + " HTTP/1.1") + " " + std::to_string(response.status) + " " +
          (failure != nullptr ? std::string(translate_error(*failure).condition().name) : "-") + " ";
  line += (sent && *sent > 0 ? std::to_string(*sent) : "-") + " " + object_size(call, response, sent) + " " + std::to_string(took.count()) + " " +
          std::to_string(took.count()) + " ";
  line += quoted_field(call.head.header("referer").value_or("")) + " " + quoted_field(call.head.header("user-agent").value_or("")) + " " +
          or_dash(version.value_or("")) + " dflab " + sign.version + " - " + sign.type + " " + or_dash(call.host) + " - - -";
  return line;
}

}  // namespace lab::s3
