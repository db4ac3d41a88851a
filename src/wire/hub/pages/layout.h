#pragma once

#include <string>
#include <string_view>

#include "base/html_text.h"
#include "wire/hub/call.h"

/// What all pages share.
namespace lab::wire::hub::pages {

/// A whole page: the head, the bar with the person's places (when there is one), `content` as HTML.
net::Response page(const Call& call, std::string_view title, std::string content, int status = 200);
/// A page of one message, for somebody of whom nothing is known.
net::Response message_page(int status, std::string_view title, std::string_view message);
/// Lets forms of a page lead to another origin too.
void allow_form_target(net::Response& response, const std::string& origin);
/// `<input type=hidden name=_xsrf …>` of the visitor's session.
std::string csrf_field(const Call& call);
/// A note above a page's content; nothing for an empty one.
std::string note(std::string_view text, bool is_bad = false);

/// Asks an administrator before somebody else's server is opened.
net::Response confirm_access_page(const Call& call, const lab::hub::ServerInfo& server);

}  // namespace lab::wire::hub::pages
