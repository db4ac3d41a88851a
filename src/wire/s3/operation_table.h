#pragma once

#include <span>
#include <string_view>

#include "base/conditions.h"
#include "net/awaitable.h"
#include "net/request_body.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// Requests of S3 Control have it, and are about the account.
inline constexpr std::string_view kAccountIdHeader = "x-amz-account-id";

enum class Scope { Service, Bucket, Object };

/// Runs on the storage pool and may block.
using BlockingHandler = net::Response (*)(Call& call);
/// Runs on the connection's context; takes the body as it comes.
using StreamingHandler = net::awaitable<net::Response> (*)(Call& call, net::RequestBody& body);

/// One operation of S3: which requests are it, and what serves it. Exactly one of the handlers, `missing` and `absent`
/// is set.
struct Operation {
  std::string_view name;
  Scope scope;
  std::string_view method;
  std::string_view sub_resource = {};   ///< a query parameter that must be there
  std::string_view value = {};          ///< which value it must have; any when empty
  std::string_view second = {};         ///< another parameter that must be there
  std::string_view header = {};         ///< a header that must be there
  BlockingHandler handler = nullptr;
  StreamingHandler streaming = nullptr;
  bool takes_document = false;          ///< the body is read whole before `handler` runs
  bool checksum_is_of_object = false;   ///< checksum headers are about the object that comes of it, not the document
  bool shows_expiry = false;            ///< `Call::lifecycle` is looked up
  bool is_missing = false;              ///< S3 has it, we do not yet: NotImplemented
  const Condition* absent = nullptr;    ///< a setting that nobody can have made yet: the error S3 gives for that
};

std::span<const Operation> operation_table();

/// The first row that fits; nullptr when the method is not allowed there.
const Operation* find_operation(const RequestHead& head, Scope scope);

}  // namespace lab::s3
