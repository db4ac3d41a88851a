#pragma once

#include <string>
#include <vector>

#include "base/letter_case.h"
#include "plan/relation.h"

namespace lab::wire::spark {

/// A repeated string field as a vector.
template <typename Field>
std::vector<std::string> strings(const Field& field) {
  return {field.begin(), field.end()};
}

/// A map of options; their keys know no letter case.
template <typename Map>
plan::Options lower_keys(const Map& map) {
  plan::Options options;
  for (const auto& [key, value] : map) options.insert_or_assign(lower_case(key), value);
  return options;
}

}  // namespace lab::wire::spark
