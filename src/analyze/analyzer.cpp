#include "analyze/analyzer.h"

#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/pretty.h"
#include "analyze/prune.h"
#include "analyze/resolver.h"
#include "base/error.h"

namespace lab::analyze {

std::shared_ptr<const scan::TableSource> Context::parse_rows(const plan::ParseRows&) const {
  throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "parsing of rows here"}, {"hint", ""}});
}

namespace {

// A world without tables, for constants.
class NoContext : public Context {
 public:
  ResolvedTable resolve_table(const plan::NamedTable&) const override { throw_none(); }
  std::shared_ptr<const scan::TableSource> open_source(const plan::DataSource&) const override { throw_none(); }
  std::shared_ptr<const scan::TableSource> run_catalog_call(const plan::CatalogCall&) const override { throw_none(); }
  std::shared_ptr<const scan::TableSource> run_statement(const plan::Statement&) const override { throw_none(); }
  std::optional<std::string> setting(const std::string&) const override { return std::nullopt; }
  std::vector<std::vector<types::Value>> evaluate(const bound::Query&) const override { throw_none(); }
  std::string current_user() const override { return {}; }
  std::string current_catalog() const override { return "spark_catalog"; }
  std::string current_database() const override { return "default"; }

 private:
  [[noreturn]] static void throw_none() {
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "a table in a constant expression"}, {"hint", ""}});
  }
};

}  // namespace

bound::Query bind(const plan::RelationPtr& relation, const Context& context, const bound::Policy& policy) {
  Resolver resolver(context, policy);
  const Resolved resolved = resolver.resolve(relation);
  bound::Query query;
  query.root = resolver.trimmed(resolved);
  query.policy = policy;
  query.next_id = resolver.next_id();
  return query;
}

bound::Query analyze(const plan::RelationPtr& relation, const Context& context, const bound::Policy& policy) {
  bound::Query query = analyze::bind(relation, context, policy);
  context.use_kept_rows(query);
  query.root = prune(query.root);
  return query;
}

types::Literal evaluate_constant(const plan::ExpressionPtr& expression, const bound::Policy& policy) {
  const NoContext context;
  Resolver resolver(context, policy);
  const Typed typed = resolver.constant(expression);
  auto value = fold_constant(typed.expression, policy);
  if (!value)
    throw Error(conditions::kNonFoldableArgument, {{"funcName", "`constant`"}, {"paramName", quoted_expression(typed.sql)}, {"paramType", "\"ANY\""}}).at(plan::query_context(expression->origin));
  return {typed.type(), std::move(*value)};
}

bound::Policy policy_of(const Context& context, bool is_spark4, std::int64_t now_micros) {
  bound::Policy policy;
  policy.is_spark4 = is_spark4;
  policy.now_micros = now_micros;
  const auto is_on = [&](const char* key, bool otherwise) {
    const auto value = context.setting(key);
    return value ? lower_case(*value) == "true" : otherwise;
  };
  policy.ansi = is_on("spark.sql.ansi.enabled", is_spark4);
  policy.case_sensitive = is_on("spark.sql.caseSensitive", false);
  policy.time_zone = context.setting("spark.sql.session.timeZone").value_or("UTC");
  policy.time_parser = upper_case(context.setting("spark.sql.legacy.timeParserPolicy").value_or(is_spark4 ? "CORRECTED" : "EXCEPTION"));
  policy.allow_precision_loss = is_on("spark.sql.decimalOperations.allowPrecisionLoss", true);
  policy.last_map_key_wins = upper_case(context.setting("spark.sql.mapKeyDedupPolicy").value_or("EXCEPTION")) == "LAST_WIN";
  return policy;
}

}  // namespace lab::analyze
