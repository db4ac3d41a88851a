#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/delta/actions.h"
#include "lake/delta/table_storage.h"

/// Deletion vectors (PROTOCOL.md "Deletion Vectors").
namespace lab::lake::delta {

/// Numbers of the deleted rows, ascending. Throws DELTA_DELETION_VECTOR_…_MISMATCH for damaged ones, DELTA_FILE_NOT_FOUND.
std::vector<std::uint64_t> read_deletion_vector(const TableStorage& storage, const DeletionVector& vector);

/// Row numbers out of a serialized RoaringBitmapArray (magic number first), which must not be more than `limit`.
std::vector<std::uint64_t> parse_roaring_array(std::string_view bytes, std::uint64_t limit);

/// The file of a vector with storage `u` (relative to the table) or `p`.
std::string deletion_vector_path(const DeletionVector& vector);

/// Z85 as Delta uses it: groups of 5 characters; nullopt for characters that are none of it.
std::optional<std::string> decode_base85(std::string_view text);

}  // namespace lab::lake::delta
