#include "hub/object_rights.h"

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

void withdraw_workshop_rights(access::Access& access, const store::Origin& by) {
  if (access.profile() == access::Profile::Workshop) return;
  for (const access::UserInfo& user : access.list_users()) access.delete_user_policy(user.name, kWorkshopPolicy, by);
}

}  // namespace lab::hub
