#pragma once

#include <filesystem>

#include "store/objects/blob.h"

/// Where in a data folder the bytes of blobs lie.
namespace lab::store::layout {

inline constexpr std::int64_t kBlobsPerFolder = 1024;
inline constexpr const char* kJournal = "lab.db";
/// A journal that is still being copied: the folder is no store yet.
inline constexpr const char* kUnfinishedJournal = "lab.db.new";

/// What the keys of sealed objects are sealed with.
inline constexpr const char* kRootKey = "root.key";

std::filesystem::path blob_folder(const std::filesystem::path& directory, BlobId id);
std::filesystem::path blob_file(const std::filesystem::path& directory, BlobId id);
std::filesystem::path pack_file(const std::filesystem::path& directory, std::int64_t pack);

}  // namespace lab::store::layout
