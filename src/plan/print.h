#pragma once

#include <string>

#include "plan/command.h"

namespace lab::plan {

/// Unresolved trees as one line of text, for tests and logs. Operators print as `(+ a b)`, calls as `f(a, b)`, relations as
/// `(filter (table t) (> a 1))`; names are quoted only when they have to be. The text is stable but nobody parses it.
std::string print_expression(const Expression& expression);
std::string print_relation(const Relation& relation);
std::string print_statement(const Statement& statement);

}  // namespace lab::plan
