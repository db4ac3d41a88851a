#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/s3/answers.h"
#include "store/objects/object.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// A count such as max-keys: `fallback` without it, at most `highest`. Throws InvalidArgument for no number.
std::uint64_t read_limit(const RequestHead& head, std::string_view name, std::uint64_t fallback = 1000,
                         std::uint64_t highest = 1000);

/// Whether keys are to be percent-encoded. Throws InvalidArgument for an encoding other than `url`.
bool read_encoding(const RequestHead& head);

/// Continuation tokens say nothing to a client but where to go on. Reading throws InvalidArgument.
std::string write_token(std::string_view position);
std::string read_token(std::string_view token);

/// Bucket, prefix, delimiter, limit, encoding and owner of a listing as the request has them.
ObjectList read_list_parameters(const Call& call);

/// One page of objects behind `start_after`, with prefix, delimiter, limit and encoding of the request.
struct ListedPage {
  ObjectList list;
  std::string next;  ///< where the next page begins; empty at the end
};
ListedPage list_page(const Call& call, const std::string& start_after);

}  // namespace lab::s3
