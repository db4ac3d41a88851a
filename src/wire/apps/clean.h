#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/app.h"
#include "net/http.h"

namespace lab::wire::apps {

/// What the door tells an app of a visitor.
struct Identity {
  std::string user;
  std::vector<std::string> groups;
};

/// A visitor's request as the app gets it: what only the door may say is taken out (X-Forwarded-…, X-Dflab-…, and the like, however spelled), so are the
/// visitor's credentials for the lab (Authorization, cookies of the hub and of this door); who visits is put in, with the app's secret as the proof. The path loses the app's
/// prefix unless the app knows it.
void clean_request(net::Request& request, const lab::apps::App& app, const Identity& visitor, std::string_view secret);

/// An app's answer as the visitor gets it: its cookies are for its own paths and never the lab's, its redirects stay below its address when it does not know its prefix,
/// and what would speak for the whole door is left out.
void clean_response(net::Response& response, const lab::apps::App& app);

}  // namespace lab::wire::apps
