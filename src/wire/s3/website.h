#pragma once

#include <string>
#include <string_view>

#include "net/http.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The document of PutBucketWebsite in its canonical form. Throws MalformedXML, InvalidArgument, InvalidRequest.
std::string read_website_setting(const Call& call, std::string_view document);

/// A request to a bucket's website (`BUCKET.s3-website.…`): objects that everybody may read, an index for folders, the error
/// document, redirects. Whoever asks is nobody in particular. Errors are answers too, as pages. Blocks.
net::Response answer_website(Call& call);

}  // namespace lab::s3
