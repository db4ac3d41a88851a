#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::hub {

/// The size that a start has when none is chosen: what the settings hub.cores and hub.memory say.
inline constexpr std::string_view kStandardSize = "standard";

/// How much a notebook server may use; a start chooses it by name.
struct ServerSize {
  std::string name;
  unsigned cores = 0;
  std::uint64_t memory_bytes = 0;  ///< of one process
};

/// `small=1/1GiB,large=8/16GiB`: names with cores and memory (MiB or GiB). Nothing when it is not of that form, or names one twice or `standard`.
std::optional<std::vector<ServerSize>> parse_server_sizes(std::string_view text);

}  // namespace lab::hub
