#pragma once

#include <string>

#include "access/access.h"

namespace lab::hub {

/// Gives a user whose notebook starts what its profile has for buckets, by a policy of the user's own:
///
/// - secure: nothing; people own the buckets that they make, and reach others by policies of users, groups and buckets.
/// - workshop: everything, since the well-known key that everybody has there may do everything anyway.
///
/// Throws NO_SUCH_USER.
void settle_object_rights(access::Access& access, const std::string& user, const store::Origin& by);

/// The user's first active key pair, made where there is none, with the rights that settle_object_rights() gives. Throws NO_SUCH_USER.
access::S3Secret find_or_make_pair(access::Access& access, const std::string& user, const store::Origin& by);

/// In the secure profile, takes from everybody what an earlier run in the workshop gave.
void withdraw_workshop_rights(access::Access& access, const store::Origin& by);

}  // namespace lab::hub
