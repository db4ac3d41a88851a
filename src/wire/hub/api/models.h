#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "wire/hub/call.h"

/// JupyterHub's JSON forms of things, and what the API's operations ask first.
namespace lab::wire::hub::api {

/// With what the visitor may see of it; empty when that is nothing.
nlohmann::json user_model(const Service& service, const lab::hub::Scopes& scopes, const access::UserInfo& user, bool with_stopped_servers);
nlohmann::json server_model(const lab::hub::ServerInfo& server, bool with_state);
nlohmann::json token_model(const Service& service, const access::TokenInfo& token);
nlohmann::json group_model(const access::GroupInfo& group);

/// Throws NOT_FOUND (404), as JupyterHub does for things that the visitor must not know of.
void require(const Call& call, std::string_view scope, std::string_view user);
void require_server(const Call& call, std::string_view scope, std::string_view user, std::string_view server);
/// Throws FORBIDDEN.
void require_everywhere(const Call& call, std::string_view scope);
/// Throws NOT_FOUND.
access::UserInfo get_known_user(const Service& service, const std::string& name);

}  // namespace lab::wire::hub::api
