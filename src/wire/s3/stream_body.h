#pragma once

#include <functional>

#include "net/awaitable.h"
#include "net/request_body.h"
#include "wire/s3/body_receiver.h"

namespace lab::s3 {

/// Pumps a request's body through `receiver` and answers with what `commit` makes of it. `check` runs
/// before the first byte is taken. A small body is read first and everything else, `check` too, is one turn on the storage
/// pool; a large one goes in turns of a bounded buffer, and `check` may refuse it
/// before it is sent at all, as it may one whose client sent `Expect: 100-continue`.
net::awaitable<net::Response> stream_body(Call& call, net::RequestBody& body, BodyReceiver& receiver,
                                          std::function<void()> check,
                                          std::function<net::Response(ReceivedBody)> commit);

}  // namespace lab::s3
