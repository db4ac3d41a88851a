#include "protocol/s3/text_forms.h"
#include "store/objects/quota.h"
#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {

void show_quotas(IamCall& iam) {
  const auto snapshot = iam.call.service.store.snapshot();
  iam.xml.open("Quotas");
  for (const auto& quota : store::list_quotas(snapshot)) {
    iam.xml.open("member");
    iam.xml.element(quota.of == store::Quota::Of::Bucket ? "Bucket" : "UserName", quota.name);
    iam.xml.element("Bytes", quota.bytes);
    iam.xml.element("Used", quota.used);
    iam.xml.close();
  }
  iam.xml.close();
}

void put_quota(IamCall& iam) {
  const bool is_of_bucket = find_value(iam.form, "Bucket").has_value();
  const auto name = iam.given(is_of_bucket ? "Bucket" : "UserName");
  std::optional<std::uint64_t> bytes;
  if (find_value(iam.form, "Bytes")) {
    bytes = parse_number(iam.given("Bytes"));
    if (!bytes || *bytes > INT64_MAX) throw Error(conditions::kIamValidation, {{"reason", "Bytes is no number of bytes."}});
  }
  if (!is_of_bucket && !iam.access().find_user(name)) throw Error(conditions::kNoSuchEntity, {{"reason", "The user with name " + name + " cannot be found."}});
  store::Change change(iam.by("PutQuota"));
  change.step([&](store::Transaction& transaction) {
    store::set_quota(transaction, is_of_bucket ? store::Quota::Of::Bucket : store::Quota::Of::User, name, bytes);
  });
  iam.call.service.store.apply(std::move(change));
}

}  // namespace lab::s3
