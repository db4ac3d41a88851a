#pragma once

#include <filesystem>

#include "remote/s3/client.h"

namespace lab::remote::s3 {

/// Puts a local file at a key: at once, or in parts when it is large. Nothing is visible before all of it is there.
void upload_file(Client& client, const std::string& bucket, const std::string& key, const std::filesystem::path& path);

}  // namespace lab::remote::s3
