#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"

// `is_account_group_member('group')` and `is_member('group')`, which Spark itself does not have: policies of governed tables ask so. The
// answer is of the one who asks and of now, so it is a constant of the query.
namespace lab::analyze {

std::optional<Typed> Resolver::membership_call(const std::string& name, const plan::UnresolvedFunction& function, const plan::Expression& expr, Names& names) {
  if (name != "is_account_group_member" && name != "is_member") return std::nullopt;
  if (function.arguments.size() != 1)
    throw Error(conditions::kWrongNumArgsWithoutSuggestion,
                {{"functionName", "`" + name + "`"}, {"expectedNum", "1"}, {"actualNum", std::to_string(function.arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}})
        .at(plan::query_context(expr.origin));
  const Typed group = expression(function.arguments[0], names);
  const auto value = group.type().is_text() ? fold_constant(group.expression, policy_) : std::nullopt;
  if (!value || value->is_null())
    throw Error(conditions::kNonFoldableArgument, {{"funcName", "`" + name + "`"}, {"paramName", quoted_expression(group.sql)}, {"paramType", "\"STRING\""}}).at(plan::query_context(expr.origin));
  Typed result;
  result.sql = function_sql(name, {group.sql});
  result.expression = bound::make_literal(types::Literal::boolean(context_.is_group_member(value->text())), expr.origin);
  return result;
}

}  // namespace lab::analyze
