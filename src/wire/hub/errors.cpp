#include "wire/hub/errors.h"

#include "access/conditions.h"
#include "net/conditions.h"
#include "net/http_server.h"
#include "wire/hub/call.h"
#include "wire/hub/pages/layout.h"

namespace lab::wire::hub {

int status_of(const Error& error) {
  switch (error.kind()) {
    case Kind::Unauthenticated: return 403;
    case Kind::ResourceExhausted: return 429;
    default: return net::default_status(error.kind());
  }
}

net::Response error_response(const Error& error, std::string_view target) {
  const int status = status_of(error);
  net::Response response;
  if (target.starts_with("/hub/api")) {
    response = json_response(status, {{"status", status}, {"message", error.message()}});
  } else {
    response = pages::message_page(status, std::string(net::status_text(status)), error.message());
  }
  if (&error.condition() == &access::conditions::kTooManyLogIns) response.set("Retry-After", error.parameters().at("seconds"));
  return response;
}

}  // namespace lab::wire::hub
