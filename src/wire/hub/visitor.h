#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "wire/hub/call.h"

namespace lab::wire::hub {

/// The cookie of that name; empty without.
std::string find_cookie(const net::Request& request, std::string_view name);

/// Who a request comes from: a token in the header (`Authorization: token …` or `Bearer …`) or in the query (`?token=`), or
/// a session's cookie. Absent when neither says anything valid: a token that is wrong is not made good by a cookie.
std::optional<Visitor> find_visitor(const Service& service, const net::Request& request, const net::Headers& query);

/// Makes a session for `identity` and has the answer carry its cookies.
void open_session(Service& service, const access::Identity& identity, const Call& call, net::Response& response);
/// Ends the visitor's session with the tokens that notebook servers got under it, and takes the cookies back.
void end_session(Service& service, const Call& call, net::Response& response);

/// A value for the cookie of somebody who has not logged in, and the cookie.
std::string new_csrf();
void set_csrf_cookie(const Call& call, const std::string& value, net::Response& response);
/// The language that somebody wants the pages in, read by find_cookie(request, kLanguageCookie).
inline constexpr std::string_view kLanguageCookie = "dflab-language";
void set_language_cookie(const Call& call, std::string_view tag, net::Response& response);
/// Whether the request brings the CSRF token that it must: in the form, the query or the header X-XSRFToken.
bool has_csrf(const Call& call);

}  // namespace lab::wire::hub
