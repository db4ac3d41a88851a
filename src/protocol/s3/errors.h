#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "protocol/s3/conditions.h"

namespace lab::s3 {

/// A condition of S3 and the HTTP status it travels with.
struct ErrorRow {
  const Condition* condition;
  int status;
};

/// Every row of `protocol/s3/conditions.h`, in its order.
std::span<const ErrorRow> error_rows();

/// The row of an S3 condition, nullptr for a condition of another module.
const ErrorRow* find_error_row(const Condition& condition);

/// The error document: Code, Message, then the error's capitalised parameters, Resource, RequestId, HostId.
std::string write_error(const Error& error, std::string_view resource, std::string_view request_id);

/// `InvalidArgument` with the argument's name and value, as S3 reports a bad query parameter or header.
Error invalid_argument(std::string reason, std::string argument_name = {}, std::string argument_value = {});

Error invalid_request(std::string reason);
Error not_implemented(std::string feature);

}  // namespace lab::s3
