#pragma once

#include <string>
#include <vector>

namespace lab::functions {

/// What sql_keywords() lists, sorted: the words of Spark's grammar. None is reserved unless a setting says so.
const std::vector<std::string>& sql_keywords(bool is_spark4);

}  // namespace lab::functions
