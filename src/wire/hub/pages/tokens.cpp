#include <algorithm>

#include "base/error.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"
#include "wire/hub/tokens.h"

namespace lab::wire::hub::pages {
namespace {

struct LifeRow {
  const char* value;
  Text name;
  std::chrono::hours life;  ///< zero: for ever
};
constexpr LifeRow kLives[] = {
    {"1d", "a day", std::chrono::hours(24)}, {"30d", "30 days", std::chrono::hours(24 * 30)}, {"365d", "a year", std::chrono::hours(24 * 365)}, {"never", "never ends", std::chrono::hours(0)}};

std::string day(Timestamp time) { return iso_time(time).substr(0, 10); }

net::Response tokens_page(Service& service, Call& call, const access::CreatedToken* created) {
  std::string content = "<h1>" + say(call, "Tokens") + "</h1>";
  if (created != nullptr)
    content += "<section><h2>" + say(call, "Your new token") + "</h2><p><code id=new-token>" + escape_html(created->text) + "</code></p>" + note(say(call, "It is shown once. Whoever has it is you, within its scopes.")) + "</section>";
  content += "<section><h2>" + say(call, "Make a token") + "</h2><form method=post action='/hub/token'>" + csrf_field(call);
  content += "<label for=note>" + say(call, "What it is for") + "</label><input id=note name=note maxlength=200 placeholder='" + say(call, "my script") + "'>";
  content += "<label for=scopes>" + say(call, "Scopes") + "</label><input id=scopes name=scopes placeholder='" + say(call, "all you may, or: spark read:servers!user") + "'>";
  content += "<label for=life>" + say(call, "It ends after") + "</label><select id=life name=life>";
  for (const LifeRow& row : kLives) content += std::string("<option value=") + row.value + (row.life == std::chrono::hours(24 * 30) ? " selected>" : ">") + say(call, row.name) + "</option>";
  content += "</select><p><button>" + say(call, "Make it") + "</button></p></form></section><section><h2>" + say(call, "Your tokens") + "</h2><div class=table><table><tr><th>" + say(call, "For") + "<th>" + say(call, "Scopes") +
             "<th>" + say(call, "Made") + "<th>" + say(call, "Ends") + "<th>" + say(call, "Last used") + "<th>&nbsp;</tr>";
  for (const access::TokenInfo& token : service.access.list_tokens(call.who().user)) {
    if (token.purpose == access::TokenPurpose::Link) continue;
    std::string scopes;
    for (const std::string& scope : token.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
    const auto used = service.access.last_use(token.id);
    const bool is_here = token.id == call.who().session;
    content += "<tr><td>" + escape_html(token.note) + (is_here ? " <b>" + say(call, "(this one)") + "</b>" : "") + "<td><small class=mono>" + escape_html(scopes) + "</small><td>" + day(token.created) + "<td>" +
               (token.expires ? day(*token.expires) : say(call, "never")) + "<td>" + (used ? day(*used) : "") + "<td>";
    if (!is_here)
      content += "<form method=post action='/hub/token/revoke' data-confirm='" + say(call, "End this token?") + "'>" + csrf_field(call) + "<input type=hidden name=id value='" + token.id + "'><button class=quiet>" + say(call, "End it") + "</button></form>";
    content += "</tr>";
  }
  return page(call, say(call, "Tokens"), content + "</table></div></section>");
}

}  // namespace

net::Response tokens(Service& service, Call& call) { return tokens_page(service, call, nullptr); }

net::Response make_token(Service& service, Call& call) {
  TokenWish wish;
  wish.note = call.form_value("note").empty() ? "made on the page of tokens" : call.form_value("note");
  std::string scopes = call.form_value("scopes");
  std::ranges::replace(scopes, ',', ' ');
  for (std::size_t at = 0; at < scopes.size();) {
    const std::size_t end = std::min(scopes.find(' ', at), scopes.size());
    if (end > at) wish.scopes.push_back(scopes.substr(at, end - at));
    at = end + 1;
  }
  const auto* row = std::ranges::find(kLives, call.form_value("life"), [](const LifeRow& each) { return std::string(each.value); });
  if (row == std::end(kLives)) throw Error(conditions::kBadBody, {{"reason", "There is no such choice of when the token ends"}});
  if (row->life.count() > 0) wish.life = row->life;
  const auto created = hub::make_token(service, call.who(), call.who().user, wish);
  return tokens_page(service, call, &created);
}

net::Response revoke_token(Service& service, Call& call) {
  for (const access::TokenInfo& token : service.access.list_tokens(call.who().user))
    if (token.id == call.form_value("id")) hub::revoke_token(service, call.who(), call.who().user, token);
  return redirect("/hub/token");
}

}  // namespace lab::wire::hub::pages
