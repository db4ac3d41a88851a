#pragma once

#include <string_view>

/// The files of the admin page, as they are served.
namespace lab::s3::console {

extern const std::string_view kPage, kStyle, kScript;

}  // namespace lab::s3::console
