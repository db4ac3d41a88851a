#include "net/request_body.h"

#include <algorithm>

#include "base/error.h"
#include "net/conditions.h"

namespace lab::net {

awaitable<std::string> RequestBody::read_all(std::size_t max_bytes) {
  constexpr std::size_t kStep = 64 << 10;
  const auto too_large = [&] {
    return Error(conditions::kBodyTooLarge, {{"limit", std::to_string(max_bytes)}});
  };
  if (length().value_or(0) > max_bytes) throw too_large();
  std::string text;
  for (;;) {
    // A client may announce much and send little: memory grows with what has come.
    const std::size_t wanted =
        length() ? std::min<std::size_t>(static_cast<std::size_t>(*length()) - text.size(), 1 << 20) : kStep;
    if (wanted == 0) break;
    const std::size_t before = text.size();
    text.resize(before + wanted);
    const std::size_t count = co_await read({text.data() + before, wanted});
    text.resize(before + count);
    if (text.size() > max_bytes) throw too_large();
    if (count < wanted) break;
  }
  co_return text;
}

}  // namespace lab::net
