#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace spark::connect {
class FetchErrorDetailsResponse;
}

namespace lab::wire::spark {

/// Java class of the exception that a real server would have thrown, and its parents, nearest first: by the first one it knows the
/// client chooses its Python class.
std::vector<std::string> java_classes(const Error& error);

/// The gRPC status of a failed call: INTERNAL with google.rpc.ErrorInfo in its details, as Spark's ErrorUtils makes it. `error_id` is
/// what the client asks details by; empty: there are none.
grpc::Status to_status(const Error& error, const std::string& error_id);

/// The enriched form that FetchErrorDetails gives.
void describe(const Error& error, ::spark::connect::FetchErrorDetailsResponse& response);

/// For what clients must know by its gRPC code: UNAUTHENTICATED, PERMISSION_DENIED, UNAVAILABLE; INTERNAL otherwise.
grpc::StatusCode status_code(Kind kind);

}  // namespace lab::wire::spark
