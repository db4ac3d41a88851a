#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/apps.h"
#include "net/http.h"

/// What the door itself shows.
namespace lab::wire::apps::pages {

/// The style and the script of these pages, below `/.dflab/`.
net::Response style();
net::Response script();

/// Of one message. `hub` is the hub's origin, where the link Home leads.
net::Response message(int status, std::string_view title, std::string_view text, const std::string& hub);
/// While an app starts: its progress as it comes, and on to the app.
net::Response starting(const lab::apps::App& app);
/// Of an app that failed. `cause` and `lines`, the end of its log, are for its owner; empty for others.
net::Response failed(const lab::apps::App& app, std::string_view text, std::string_view cause, const std::vector<std::string>& lines, const std::string& hub);

}  // namespace lab::wire::apps::pages
