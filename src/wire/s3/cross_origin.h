#pragma once

#include "net/http.h"
#include "wire/s3/call.h"

/// What pages of other origins may ask of a bucket (CORS): by the rules that were put for it.
namespace lab::s3 {

bool is_cross_origin(const Call& call);

/// Adds the headers of the rule that lets the request's origin in; none without such a rule. Blocks for disk.
void set_cors_headers(const Call& call, net::Response& response);

/// Answers OPTIONS, a browser's question before the request. Throws AccessForbidden, BadRequest.
net::Response answer_preflight(const Call& call);

}  // namespace lab::s3
