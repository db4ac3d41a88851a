#include "wire/hub/routes.h"

#include "wire/hub/operations.h"

namespace lab::wire::hub {
namespace {

using enum net::Method;
using enum Needs;

constexpr net::Route<Action> kRoutes[] = {
    {Get, "/", {&pages::root, Nobody}},
    {Get, "/hub", {&pages::root, Nobody}},
    {Get, "/hub/", {&pages::root, Nobody}},
    {Get, "/hub/health", {&pages::health, Nobody}},
    {Get, "/hub/static/style.css", {&pages::style, Nobody}},
    {Get, "/hub/static/hub.js", {&pages::script, Nobody}},
    {Get, "/hub/language", {&pages::choose_language, Nobody}},
    {Get, "/hub/login", {&pages::log_in_form, Nobody}},
    {Post, "/hub/login", {&pages::log_in, Nobody}},
    {Get, "/hub/logout", {&pages::log_out, Nobody}},
    {Post, "/hub/logout", {&pages::log_out, Nobody}},
    {Get, "/hub/oauth_login", {&pages::oauth_login, Nobody}},
    {Get, "/hub/oauth_callback", {&pages::oauth_callback, Nobody}},
    {Get, "/hub/password", {&pages::password_form, Person}},
    {Post, "/hub/password", {&pages::change_password, Person}},
    {Get, "/hub/home", {&pages::home, Person}},
    {Get, "/hub/spawn", {&pages::spawn_form, Person}},
    {Get, "/hub/spawn/{user}", {&pages::spawn_form, Person}},
    {Get, "/hub/spawn/{user}/{server}", {&pages::spawn_form, Person}},
    {Post, "/hub/spawn", {&pages::spawn, Person}},
    {Post, "/hub/spawn/{user}", {&pages::spawn, Person}},
    {Post, "/hub/spawn/{user}/{server}", {&pages::spawn, Person}},
    {Get, "/hub/spawn-pending/{user}", {&pages::spawn_pending, Person}},
    {Get, "/hub/spawn-pending/{user}/{server}", {&pages::spawn_pending, Person}},
    {Post, "/hub/stop/{user}", {&pages::stop, Person}},
    {Post, "/hub/stop/{user}/{server}", {&pages::stop, Person}},
    {Get, "/hub/user-redirect/{path*}", {&pages::user_redirect, Person}},
    {Get, "/hub/token", {&pages::tokens, Person}},
    {Post, "/hub/token", {&pages::make_token, Person}},
    {Post, "/hub/token/revoke", {&pages::revoke_token, Person}},
    {Get, "/hub/admin", {&pages::admin, Person}},
    {Post, "/hub/admin", {&pages::admin_change, Person}},
    {Get, "/hub/audit", {&pages::audit, Person}},

    {Get, "/hub/api", {&api::version, Nobody}},
    {Get, "/hub/api/", {&api::version, Nobody}},
    {Get, "/hub/api/info", {&api::info, Caller}},
    {Get, "/hub/api/services", {&api::services, Caller}},
    {Get, "/hub/api/proxy", {&api::proxy_table, Caller}},
    {Get, "/hub/api/user", {&api::who_am_i, Caller}},
    {Get, "/hub/api/users", {&api::list_users, Caller}},
    {Post, "/hub/api/users", {&api::create_users, Caller}},
    {Get, "/hub/api/users/{user}", {&api::get_user, Caller}},
    {Post, "/hub/api/users/{user}", {&api::create_user, Caller}},
    {Patch, "/hub/api/users/{user}", {&api::change_user, Caller}},
    {Delete, "/hub/api/users/{user}", {&api::delete_user, Caller}},
    {Put, "/hub/api/users/{user}/password", {&api::set_password, Caller}},
    {Post, "/hub/api/users/{user}/server", {&api::start_server, Caller}},
    {Delete, "/hub/api/users/{user}/server", {&api::stop_server, Caller}},
    {Get, "/hub/api/users/{user}/server/progress", {&api::server_progress, Caller}},
    {Post, "/hub/api/users/{user}/servers/{server}", {&api::start_server, Caller}},
    {Delete, "/hub/api/users/{user}/servers/{server}", {&api::stop_server, Caller}},
    {Get, "/hub/api/users/{user}/servers/{server}/progress", {&api::server_progress, Caller}},
    {Post, "/hub/api/users/{user}/activity", {&api::note_activity, Caller}},
    {Get, "/hub/api/users/{user}/tokens", {&api::list_tokens, Caller}},
    {Post, "/hub/api/users/{user}/tokens", {&api::create_token, Nobody, false}},
    {Get, "/hub/api/users/{user}/tokens/{token}", {&api::get_token, Caller}},
    {Delete, "/hub/api/users/{user}/tokens/{token}", {&api::delete_token, Caller}},
    {Get, "/hub/api/grants", {&api::list_grants, Caller}},
    {Post, "/hub/api/grants", {&api::add_grant, Caller}},
    {Delete, "/hub/api/grants", {&api::remove_grant, Caller}},
    {Get, "/hub/api/groups", {&api::list_groups, Caller}},
    {Get, "/hub/api/groups/{group}", {&api::get_group, Caller}},
    {Post, "/hub/api/groups/{group}", {&api::create_group, Caller}},
    {Delete, "/hub/api/groups/{group}", {&api::delete_group, Caller}},
    {Post, "/hub/api/groups/{group}/users", {&api::add_members, Caller}},
    {Delete, "/hub/api/groups/{group}/users", {&api::remove_members, Caller}},
    {Get, "/hub/api/audit", {&api::audit, Caller}},
    {Get, "/hub/api/oauth2/authorize", {&api::authorize, Person}},
    {Post, "/hub/api/oauth2/authorize", {&api::authorize, Person}},
    {Post, "/hub/api/oauth2/token", {&api::issue_access_token, Nobody, false}},
};

}  // namespace

std::span<const net::Route<Action>> routes() { return kRoutes; }

}  // namespace lab::wire::hub
