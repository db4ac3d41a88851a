#include "protocol/s3/object_lock.h"

#include "wire/s3/authorize.h"
#include "wire/s3/locks.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

using store::ObjectLock;

/// A retention may be made longer by anybody; made weaker only in governance mode by who bypasses it.
void check_retention_change(const ObjectLock& now, const ObjectLock& wanted, Timestamp time, bool bypasses) {
  if (now.mode == ObjectLock::Mode::None || now.until <= time) return;
  const bool is_kept = wanted.mode != ObjectLock::Mode::None && wanted.until >= now.until &&
                       (wanted.mode == now.mode || now.mode == ObjectLock::Mode::None);
  if (is_kept) return;
  if (now.mode == ObjectLock::Mode::Governance && bypasses) return;
  throw Error(conditions::kObjectLocked);
}

net::Response change_lock(Call& call, std::function<void(ObjectLock&)> change_it) {
  require_lock_configuration(call);
  store::ObjectInfo info;
  store::Change change = call.new_change();
  auto update = [change_it = std::move(change_it)](store::ObjectInfo& each) { change_it(each.properties.lock); };
  change.update_object({call.address.bucket, call.address.key, named_version(call.head), std::move(update)}, &info);
  call.service.store.apply(std::move(change));
  net::Response response = empty_response(200);
  set_version_header(response, info);
  return response;
}

}  // namespace

net::Response serve_put_object_retention(Call& call) {
  require_lock_configuration(call);
  const Retention retention = parse_retention(call.document);
  ObjectLock wanted;
  const Timestamp now = call.service.store.clock().now();
  if (retention.mode) {
    if (retention.until <= now) throw invalid_argument("The retain until date must be in the future!", "RetainUntilDate", "");
    wanted.mode = *retention.mode == LockMode::Governance ? ObjectLock::Mode::Governance : ObjectLock::Mode::Compliance;
    wanted.until = retention.until;
  }
  const bool bypasses = may_bypass_governance(call, call.service.store.snapshot(), call.address.key);
  return change_lock(call, [wanted, now, bypasses](ObjectLock& lock) {
    check_retention_change(lock, wanted, now, bypasses);
    lock.mode = wanted.mode;
    lock.until = wanted.until;
  });
}

net::Response serve_get_object_retention(Call& call) {
  require_lock_configuration(call);
  const ObjectLock lock = find_named_object(call).properties.lock;
  if (lock.mode == ObjectLock::Mode::None) throw Error(conditions::kNoSuchObjectLockConfiguration);
  return xml_response(write_retention({lock.mode == ObjectLock::Mode::Governance ? LockMode::Governance : LockMode::Compliance,
                                       std::chrono::floor<std::chrono::milliseconds>(lock.until)}));
}

net::Response serve_put_object_legal_hold(Call& call) {
  require_lock_configuration(call);
  return change_lock(call, [is_on = parse_legal_hold(call.document)](ObjectLock& lock) { lock.legal_hold = is_on; });
}

net::Response serve_get_object_legal_hold(Call& call) {
  require_lock_configuration(call);
  return xml_response(write_legal_hold(find_named_object(call).properties.lock.legal_hold));
}

}  // namespace lab::s3
