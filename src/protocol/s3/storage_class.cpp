#include "protocol/s3/storage_class.h"

#include <algorithm>

namespace lab::s3 {
namespace {

struct StorageClassRow {
  std::string_view name;
  int rank;
};

constexpr StorageClassRow kStorageClasses[] = {
    {kStandardClass, 0}, {"REDUCED_REDUNDANCY", 0}, {"STANDARD_IA", 1}, {"INTELLIGENT_TIERING", 2},
    {"ONEZONE_IA", 3},   {"GLACIER_IR", 4},         {"GLACIER", 5},     {"DEEP_ARCHIVE", 6},
};

}  // namespace

std::optional<int> find_storage_rank(std::string_view storage_class) {
  const auto* row = std::ranges::find(kStorageClasses, storage_class, &StorageClassRow::name);
  if (row == std::end(kStorageClasses)) return std::nullopt;
  return row->rank;
}

}  // namespace lab::s3
