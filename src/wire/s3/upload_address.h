#pragma once

#include <string>

#include "store/objects/multipart.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The `uploadId` of a request about a multipart upload.
std::string upload_id(const Call& call);
/// The `partNumber`. Throws InvalidArgument outside 1 to 10,000.
int part_number(const Call& call);

/// `COMPOSITE` or `FULL_OBJECT`, and the algorithm's name; empty for an upload without checksums.
std::string checksum_type_name(const store::UploadInfo& upload);
std::string checksum_algorithm_name(const store::UploadInfo& upload);

}  // namespace lab::s3
