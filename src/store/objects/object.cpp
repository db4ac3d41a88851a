#include "store/objects/object.h"

#include <algorithm>

#include "base/error.h"
#include "store/objects/sealing.h"

namespace lab::store {

std::uint64_t ObjectInfo::length_of(const ObjectPart& part) const {
  return properties.is_sealed() ? plain_length(part.bytes.length) : part.bytes.length;
}

ObjectContent ObjectContent::of(StagedBlob blob) {
  ObjectContent content;
  if (blob.size() > 0) content.parts.push_back({.bytes = blob.range()});
  content.staged.push_back(std::move(blob));
  return content;
}

ObjectContent ObjectContent::copy_of(const ObjectInfo& info) { return copy_of(info, 0, info.size); }

ObjectContent ObjectContent::copy_of(const ObjectInfo& info, std::uint64_t offset, std::uint64_t length) {
  LAB_CHECK(offset + length <= info.size && offset + length >= offset);
  LAB_CHECK(!info.properties.is_sealed(), "sealed bytes are opened with their own object's key only");
  ObjectContent content;
  for (const auto& part : info.parts) {
    if (length == 0) break;
    if (offset >= part.bytes.length) {
      offset -= part.bytes.length;
      continue;
    }
    const auto taken = std::min(length, part.bytes.length - offset);
    content.parts.push_back({.bytes = {part.bytes.blob, part.bytes.offset + offset, taken}});
    length -= taken;
    offset = 0;
  }
  LAB_CHECK(length == 0, "copy_of() wants the object from Objects::get(), with its parts");
  return content;
}

std::uint64_t ObjectContent::size() const {
  std::uint64_t size = 0;
  for (const auto& part : parts) size += part.bytes.length;
  return size;
}

}  // namespace lab::store
