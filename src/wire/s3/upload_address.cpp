#include "wire/s3/upload_address.h"

namespace lab::s3 {

std::string upload_id(const Call& call) { return std::string(call.head.parameter("uploadId").value_or("")); }

int part_number(const Call& call) {
  const std::string_view text = call.head.parameter("partNumber").value_or("");
  const auto number = parse_number(text);
  if (!number || *number < 1 || *number > 10'000) {
    throw Error(conditions::kTooManyParts, {{"ArgumentName", "partNumber"}, {"ArgumentValue", std::string(text)}});
  }
  return static_cast<int>(*number);
}

std::string checksum_type_name(const store::UploadInfo& upload) {
  if (!upload.checksum) return {};
  return upload.full_object_checksum ? "FULL_OBJECT" : "COMPOSITE";
}

std::string checksum_algorithm_name(const store::UploadInfo& upload) {
  return upload.checksum ? std::string(checksum_name(*upload.checksum)) : std::string();
}

}  // namespace lab::s3
