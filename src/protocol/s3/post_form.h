#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/s3/text_forms.h"

namespace lab::s3 {

/// Reads the body of a browser's upload (`multipart/form-data`, RFC 7578) as it comes: fields first, then the file, whose
/// bytes pass through. What stands behind the file is not looked at, as S3 does. Fields together are bounded.
class PostForm {
 public:
  /// Throws InvalidArgument when the Content-Type is no form or has no boundary.
  explicit PostForm(std::string_view content_type);

  /// `file` takes the bytes of the file. Throws MalformedPOSTRequest, MaxPostPreDataLengthExceeded.
  void feed(std::string_view bytes, const std::function<void(std::string_view)>& file);

  bool has_fields() const { return state_ != State::Fields; }  ///< all of them are there, the file begins
  bool is_complete() const { return state_ == State::Done; }
  /// The fields before the file; names in lower case.
  const NameValues& fields() const { return fields_; }
  const std::string& file_name() const { return file_name_; }
  /// The file's own Content-Type; empty when it had none.
  const std::string& file_type() const { return file_type_; }

 private:
  enum class State { Fields, File, Done };
  bool read_part();

  std::string delimiter_;  ///< CRLF, two dashes and the boundary
  State state_ = State::Fields;
  std::string pending_;
  NameValues fields_;
  std::string file_name_, file_type_;
};

/// A policy that a page's author signed: which forms may be uploaded (S3's POST policy).
class PostPolicy {
 public:
  /// Out of the form's `policy` field, base64 of JSON. Throws InvalidPolicyDocument.
  explicit PostPolicy(std::string_view base64);

  /// Throws AccessDenied for a form that it does not cover or one that came too late.
  void check_fields(const NameValues& fields, std::string_view bucket, std::int64_t now_seconds) const;
  /// Throws EntityTooSmall, EntityTooLarge.
  void check_size(std::uint64_t size) const;
  /// The most bytes that it lets in; absent without a limit.
  std::optional<std::uint64_t> max_size() const { return max_size_; }

 private:
  struct Rule {
    bool is_prefix = false;
    std::string field, value;
  };
  std::int64_t expires_ = 0;  ///< Unix seconds
  std::vector<Rule> rules_;
  std::optional<std::uint64_t> min_size_, max_size_;
};

}  // namespace lab::s3
