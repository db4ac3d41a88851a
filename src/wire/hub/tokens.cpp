#include "wire/hub/tokens.h"

#include "base/error.h"
#include "wire/hub/conditions.h"

namespace lab::wire::hub {

access::CreatedToken make_token(Service& service, const Visitor& by, const std::string& user, const TokenWish& wish) {
  const auto owner = service.access.find_user(user);
  if (!owner) throw Error(conditions::kNotFound, {{"what", "No such user: " + user}});
  access::TokenInfo info{.user = user, .purpose = access::TokenPurpose::Api};
  info.scopes = wish.scopes.empty() ? std::vector<std::string>{"inherit"} : wish.scopes;
  info.note = wish.note.substr(0, 1024);
  // A century is for ever; more would not fit.
  if (wish.life) info.expires = service.clock.now() + std::min<std::chrono::seconds>(*wish.life, std::chrono::hours(24 * 36500));
  for (const std::string& scope : info.scopes) {
    lab::hub::Scopes::check(scope);
    const auto granted = lab::hub::Scopes::of_token({scope}, user, owner->is_admin);
    // What a scope brings along is not the scope: an owner who has only that asked for more than there is to give.
    const bool is_collective = scope == "inherit" || scope == "self";
    const bool is_owners = is_collective || granted.allows_some(std::string_view(scope).substr(0, scope.find('!')));
    if (!is_owners || by.scopes.intersected(granted).list() != granted.list())
      throw Error(conditions::kForbidden, {{"reason", "Not assigning the scope " + scope + ": " + (is_owners ? by.user : user) + " does not have it"}});
  }
  return service.access.create_token(std::move(info), by.origin("create token"));
}

void revoke_token(Service& service, const Visitor& by, const std::string& user, const access::TokenInfo& token) {
  const bool is_of_browser = token.purpose == access::TokenPurpose::OAuth;
  const auto goes = [&](const access::TokenInfo& each) { return each.id == token.id || (is_of_browser && each.purpose == token.purpose && each.client == token.client); };
  service.access.delete_tokens(user, goes, by.origin("revoke token"));
}

}  // namespace lab::wire::hub
