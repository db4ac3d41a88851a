#include "store/objects/layout.h"

#include <fmt/format.h>

namespace lab::store::layout {

std::filesystem::path blob_folder(const std::filesystem::path& directory, BlobId id) {
  return directory / "blobs" / fmt::format("{:06x}", id.value / kBlobsPerFolder);
}

std::filesystem::path blob_file(const std::filesystem::path& directory, BlobId id) {
  return blob_folder(directory, id) / fmt::format("{:012x}", id.value);
}

std::filesystem::path pack_file(const std::filesystem::path& directory, std::int64_t pack) {
  return directory / "packs" / fmt::format("{:08x}.pack", pack);
}

}  // namespace lab::store::layout
