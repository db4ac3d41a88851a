#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "store/objects/keyring.h"
#include "wire/s3/call.h"

/// Server-side encryption: SSE-S3, SSE-KMS and SSE-C as the headers of a request and the default of a bucket name them.
namespace lab::s3 {

inline constexpr std::string_view kEncryptionHeader = "x-amz-server-side-encryption";
inline constexpr std::string_view kCustomerPrefix = "x-amz-server-side-encryption-customer-";
inline constexpr std::string_view kCopySourceCustomerPrefix = "x-amz-copy-source-server-side-encryption-customer-";

/// The document of PutBucketEncryption in its canonical form. Throws MalformedXML, InvalidArgument, NotImplemented.
std::string read_encryption_setting(const Call& call, std::string_view document);

/// Whether the request says itself how its object is to be encrypted.
bool asks_encryption(const RequestHead& head);

/// Whether the request gives a key of the client's.
bool names_customer_key(const RequestHead& head);

/// How the object that this request makes is kept: by its headers, else by `bucket_default` (what PutBucketEncryption put).
/// Sets `encryption`; answers the key to seal with, none for a plain object. Blocks. Throws InvalidArgument, InvalidRequest,
/// NotImplemented.
std::optional<store::DataKey> begin_encryption(const Call& call, const std::optional<std::string>& bucket_default,
                                               store::ObjectEncryption& encryption);

/// The key of an object or upload that is there; none when it is plain. A client's own key comes from the headers that begin
/// with `prefix`. Throws InvalidRequest when it is missing, wrong or of no use.
std::optional<store::DataKey> open_encryption(const Call& call, const store::ObjectEncryption& encryption,
                                              std::string_view prefix = kCustomerPrefix);

/// A read says nothing of how an object is encrypted. Throws InvalidArgument.
void refuse_encryption_on_read(const RequestHead& head);

void set_encryption_headers(net::Response& response, const store::ObjectEncryption& encryption);

/// S3's ETag of bytes with this MD5 (raw): the MD5 itself only where the lab's own key seals, or none.
std::string etag_of(const std::string& md5, const store::ObjectEncryption& encryption);

}  // namespace lab::s3
