#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"
#include "net/http.h"
#include "protocol/s3/answers.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/request_head.h"
#include "protocol/s3/signature.h"
#include "store/change.h"
#include "wire/s3/service.h"
#include "wire/s3/sessions.h"

namespace lab::s3 {

struct Operation;

/// One request on its way through its operation. Without a signature its identity has no user.
struct Call {
  S3Service& service;
  RequestHead head;
  Address address;
  Authentication authentication;
  std::string signing_key;
  access::Identity identity;
  std::string session_policy = {};  ///< of temporary credentials: what it does not allow, they may not
  AssumedRole role = {};                 ///< of temporary credentials: decides in place of the user's own rights
  std::string request_id;
  std::string host;      ///< as the client wrote it
  std::string document;  ///< body of the operations that take one whole
  std::string peer;      ///< address of the client
  bool is_secure = false;                ///< over TLS
  const Operation* operation = nullptr;  ///< of the table
  std::optional<std::string> lifecycle = {};  ///< the bucket's document, for operations that show when an object expires

  store::Objects& objects() const { return service.store.objects(); }
  /// Its origin names the request and the operation: `REQUEST PutObject`.
  store::Change new_change() const;
  /// Who will own what this request makes.
  Owner owner() const {
    const std::string name = identity.user.empty() ? "anonymous" : identity.user;
    return {name, name};
  }
};

net::Response empty_response(int status);
net::Response xml_response(std::string document, int status = 200);

}  // namespace lab::s3
