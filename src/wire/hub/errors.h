#pragma once

#include <optional>

#include "base/error.h"
#include "net/http.h"

namespace lab::wire::hub {

/// The answer for an error: a page for people, JupyterHub's `{"status", "message"}` under `/hub/api`. `target` is the
/// request's path; empty when it could not be read.
net::Response error_response(const Error& error, std::string_view target);

/// A status as the hub's clients expect it: who is not known is refused with 403, as JupyterHub does.
int status_of(const Error& error);

}  // namespace lab::wire::hub
