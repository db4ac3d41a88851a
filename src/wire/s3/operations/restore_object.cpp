#include <algorithm>

#include "protocol/s3/xml.h"
#include "wire/s3/expiration.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

constexpr std::uint64_t kMostDays = 36'500;

/// For how many days. Throws what S3 says of other requests.
std::chrono::days read_restore_request(std::string_view document, std::string_view storage_class) {
  const XmlElement root = parse_xml(document);
  if (root.name != "RestoreRequest") throw Error(conditions::kMalformedXml);
  if (root.find("Type") != nullptr || root.find("SelectParameters") != nullptr || root.find("OutputLocation") != nullptr) throw not_implemented("RestoreObject with Select");
  const XmlElement* job = root.find("GlacierJobParameters");
  const std::string_view tier = job != nullptr ? job->text_of("Tier") : root.text_of("Tier", "Standard");
  if (tier != "Standard" && tier != "Bulk" && tier != "Expedited") throw Error(conditions::kMalformedXml);
  if (tier == "Expedited" && storage_class == "DEEP_ARCHIVE") throw invalid_argument("Retrieval option is not supported by this storage class", "Tier", std::string(tier));
  const auto days = parse_number(root.text_of("Days"));
  if (!days) throw Error(conditions::kMalformedXml);
  if (*days < 1 || *days > kMostDays) throw invalid_argument("restoration days should be at least 1", "Days", std::to_string(*days));
  return std::chrono::days(*days);
}

}  // namespace

// The bytes of an archived object are as near as any other's, so that it is restored at once: what is kept is until when clients
// are to take it for restored.
net::Response serve_restore_object(Call& call) {
  const store::ObjectInfo info = find_named_object(call);
  const std::string storage_class = storage_class_of(info.properties);
  if (storage_class != "GLACIER" && storage_class != "DEEP_ARCHIVE") throw Error(conditions::kInvalidObjectState);
  const Timestamp now = call.service.store.clock().now();
  // S3 rounds up to the next midnight.
  const std::chrono::sys_seconds end = std::chrono::ceil<std::chrono::days>(now + read_restore_request(call.document, storage_class));
  store::Change change = call.new_change();
  auto update = [text = std::to_string(end.time_since_epoch().count())](store::ObjectInfo& each) { each.properties.headers[std::string(kRestoreHeader)] = text; };
  change.update_object({call.address.bucket, call.address.key, named_version(call.head), std::move(update)});
  call.service.store.apply(std::move(change));
  return empty_response(restored_until(info.properties, now) ? 200 : 202);
}

}  // namespace lab::s3
