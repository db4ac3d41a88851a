#include <cstdint>
#include <string_view>

#include "protocol/s3/acl.h"
#include "protocol/s3/cors.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/lifecycle.h"
#include "protocol/s3/notification.h"
#include "protocol/s3/object_lock.h"
#include "protocol/s3/policy.h"
#include "protocol/s3/post_form.h"
#include "protocol/s3/select/request.h"
#include "protocol/s3/select/statement.h"
#include "protocol/s3/web_identity.h"

namespace {

template <typename Parse>
void attempt(Parse parse) {
  try {
    parse();
  } catch (const lab::Error&) {
    // What is wrong is said, and nothing else happens.
  }
}

}  // namespace

/// The documents that clients put: each is read or refused, and what was read is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lab::s3;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] { parse_acl(write_acl(parse_acl(text))); });
  attempt([&] { parse_cors(write_cors(parse_cors(text))); });
  attempt([&] { parse_notification(write_notification(parse_notification(text))); });
  attempt([&] { select::parse_request(text); });
  attempt([&] { select::parse_statement(text, {}); });
  attempt([&] { parse_web_identity(text); });
  attempt([&] { parse_lifecycle(write_lifecycle(parse_lifecycle(text))); });
  attempt([&] { parse_lock_configuration(text); });
  attempt([&] { parse_retention(text); });
  attempt([&] { parse_tagging(text); });
  attempt([&] {
    const Policy policy = parse_policy(text, "bucket");
    evaluate(policy, {.user = "ann", .action = "s3:GetObject", .resource = "arn:aws:s3:::bucket/key", .context = {{"aws:sourceip", {"127.0.0.1"}}}});
    is_public(policy);
  });
  attempt([&] {
    PostForm form("multipart/form-data; boundary=edge");
    // In two pieces, so that what is cut in the middle is seen too.
    form.feed(text.substr(0, size / 2), [](std::string_view) {});
    form.feed(text.substr(size / 2), [](std::string_view) {});
  });
  attempt([&] { PostPolicy(text).check_fields({{"key", "k"}}, "bucket", 0); });
  return 0;
}
