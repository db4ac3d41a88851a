#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/relation.h"

/// Pieces that the printers of expressions, relations and statements share.
namespace lab::plan {

std::string print_name(const std::vector<std::string>& parts);
std::string print_part(const ExpressionPtr& expression);  ///< `nothing` for a null one
std::string print_part(const RelationPtr& relation);
std::string print_all(const Expressions& expressions);   ///< each with a blank in front
std::string print_list(const Expressions& expressions);  ///< separated by commas
std::string print_quoted(std::string_view text);
std::string print_window_spec(const WindowSpec& spec);
std::string print_options(const Options& options);

}  // namespace lab::plan
