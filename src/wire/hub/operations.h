#pragma once

#include "wire/hub/call.h"

/// The rows of routes.cpp: JupyterHub's REST API, and the pages.
namespace lab::wire::hub::api {

net::Response version(Service& service, Call& call);
net::Response info(Service& service, Call& call);
net::Response services(Service& service, Call& call);
net::Response proxy_table(Service& service, Call& call);

net::Response who_am_i(Service& service, Call& call);
net::Response list_users(Service& service, Call& call);
net::Response create_users(Service& service, Call& call);
net::Response get_user(Service& service, Call& call);
net::Response create_user(Service& service, Call& call);
net::Response change_user(Service& service, Call& call);
net::Response delete_user(Service& service, Call& call);
net::Response set_password(Service& service, Call& call);

net::Response start_server(Service& service, Call& call);
net::Response stop_server(Service& service, Call& call);
net::Response server_progress(Service& service, Call& call);
net::Response note_activity(Service& service, Call& call);

net::Response list_tokens(Service& service, Call& call);
net::Response create_token(Service& service, Call& call);
net::Response get_token(Service& service, Call& call);
net::Response delete_token(Service& service, Call& call);

net::Response list_grants(Service& service, Call& call);
net::Response add_grant(Service& service, Call& call);
net::Response remove_grant(Service& service, Call& call);

net::Response list_groups(Service& service, Call& call);
net::Response get_group(Service& service, Call& call);
net::Response create_group(Service& service, Call& call);
net::Response delete_group(Service& service, Call& call);
net::Response add_members(Service& service, Call& call);
net::Response remove_members(Service& service, Call& call);

net::Response audit(Service& service, Call& call);

net::Response list_apps(Service& service, Call& call);
net::Response get_app(Service& service, Call& call);
net::Response deploy_app(Service& service, Call& call);
net::Response share_app(Service& service, Call& call);
net::Response remove_app(Service& service, Call& call);
net::Response stop_app(Service& service, Call& call);
net::Response restart_app(Service& service, Call& call);
net::Response app_logs(Service& service, Call& call);

net::Response authorize(Service& service, Call& call);
net::Response issue_access_token(Service& service, Call& call);

}  // namespace lab::wire::hub::api

namespace lab::wire::hub::pages {

net::Response root(Service& service, Call& call);
net::Response health(Service& service, Call& call);
net::Response style(Service& service, Call& call);
net::Response script(Service& service, Call& call);

net::Response choose_language(Service& service, Call& call);
net::Response log_in_form(Service& service, Call& call);
net::Response log_in(Service& service, Call& call);
net::Response log_out(Service& service, Call& call);
net::Response oauth_login(Service& service, Call& call);
net::Response oauth_callback(Service& service, Call& call);
net::Response password_form(Service& service, Call& call);
net::Response change_password(Service& service, Call& call);

net::Response home(Service& service, Call& call);
net::Response spawn_form(Service& service, Call& call);
net::Response spawn(Service& service, Call& call);
net::Response spawn_pending(Service& service, Call& call);
net::Response stop(Service& service, Call& call);
net::Response user_redirect(Service& service, Call& call);

net::Response tokens(Service& service, Call& call);
net::Response make_token(Service& service, Call& call);
net::Response revoke_token(Service& service, Call& call);

net::Response admin(Service& service, Call& call);
net::Response admin_change(Service& service, Call& call);
net::Response audit(Service& service, Call& call);

net::Response apps(Service& service, Call& call);
net::Response app(Service& service, Call& call);
net::Response change_app(Service& service, Call& call);

}  // namespace lab::wire::hub::pages
