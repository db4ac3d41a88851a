#include "hub/object_rights.h"

#include <algorithm>

namespace lab::hub {
namespace {

constexpr const char* kWorkshopPolicy = "dflab-workshop";
constexpr const char* kAllBuckets = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";

}  // namespace

void settle_object_rights(access::Access& access, const std::string& user, const store::Origin& by) {
  const auto known = access.find_user(user);
  // An administrator has all rights as it is, and would have to live with the policies of others.
  if (access.profile() == access::Profile::Workshop && !(known && known->is_admin)) access.put_user_policy(user, {kWorkshopPolicy, kAllBuckets}, by);
}

access::S3Secret find_or_make_pair(access::Access& access, const std::string& user, const store::Origin& by) {
  const auto keys = access.list_s3_keys(user);
  const auto active = std::ranges::find_if(keys, &access::S3Key::is_active);
  auto pair = active == keys.end() ? std::nullopt : access.find_s3_secret(active->access_key);
  settle_object_rights(access, user, by);
  return pair ? *std::move(pair) : access.create_s3_key(user, std::nullopt, by);
}

void withdraw_workshop_rights(access::Access& access, const store::Origin& by) {
  if (access.profile() == access::Profile::Workshop) return;
  for (const access::UserInfo& user : access.list_users()) access.delete_user_policy(user.name, kWorkshopPolicy, by);
}

}  // namespace lab::hub
