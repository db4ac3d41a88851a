#pragma once

#include <string>
#include <string_view>

#include "protocol/s3/policy.h"

namespace lab::s3 {

bool is_condition_operator(std::string_view op);
/// Whether the condition is true of the request.
bool holds(const PolicyCondition& condition, const PolicyRequest& request);

/// `*` stands for any run of characters, `?` for one. Case counts.
bool matches_pattern(std::string_view pattern, std::string_view text);
/// Policy variables (`${aws:username}`, `${s3:prefix}`, `${*}`) replaced by what the request has; unknown ones stay.
std::string fill_variables(std::string_view text, const PolicyRequest& request);

}  // namespace lab::s3
