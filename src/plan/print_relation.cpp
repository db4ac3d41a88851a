#include "plan/print.h"
#include "plan/print_parts.h"
#include "types/type_text.h"

namespace lab::plan {
namespace {

std::string print_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " ") + types::quote_if_needed(name);
  return "[" + out + "]";
}

const char* join_word(const Join& join) {
  switch (join.type) {
    case JoinType::Inner: return "inner";
    case JoinType::FullOuter: return "full";
    case JoinType::LeftOuter: return "left";
    case JoinType::RightOuter: return "right";
    case JoinType::LeftAnti: return "anti";
    case JoinType::LeftSemi: return "semi";
    case JoinType::Cross: return "cross";
  }
  return "";
}

/// Relations that only DataFrames make print as their name and input.
struct RelationPrinter {
  std::string operator()(const OneRow&) const { return "(one-row)"; }
  std::string operator()(const NamedTable& r) const {
    std::string out = "(table " + print_name(r.name) + print_options(r.options);
    if (r.version_as_of) out += " version=" + *r.version_as_of;
    if (r.timestamp_as_of) out += " timestamp=" + print_part(r.timestamp_as_of);
    return out + ")";
  }
  std::string operator()(const DataSource& r) const {
    std::string out = "(source " + r.format;
    for (const auto& path : r.paths) out += " " + print_quoted(path);
    return out + print_options(r.options) + (r.schema ? " schema=" + print_quoted(*r.schema) : "") + (r.is_streaming ? " streaming" : "") + ")";
  }
  std::string operator()(const LocalRelation& r) const { return std::string("(local") + (r.schema ? " " + print_quoted(*r.schema) : "") + ")"; }
  std::string operator()(const InlineTable& r) const {
    std::string out = "(values";
    for (const auto& row : r.rows) out += " [" + print_list(row) + "]";
    return out + ")";
  }
  std::string operator()(const Range& r) const {
    return "(range " + std::to_string(r.start) + " " + std::to_string(r.end) + " " + std::to_string(r.step) + ")";
  }
  std::string operator()(const TableFunction& r) const { return "(table-function " + print_name(r.name) + "(" + print_list(r.arguments) + "))"; }
  std::string operator()(const CatalogCall& r) const { return "(catalog " + r.method + ")"; }
  std::string operator()(const Project& r) const { return "(project " + print_part(r.input) + print_all(r.expressions) + ")"; }
  std::string operator()(const Filter& r) const { return "(filter " + print_part(r.input) + " " + print_part(r.condition) + ")"; }
  std::string operator()(const Having& r) const { return "(having " + print_part(r.input) + " " + print_part(r.condition) + ")"; }
  std::string operator()(const Join& r) const {
    std::string out = "(join ";
    if (r.is_natural) out += "natural-";
    if (r.is_lateral) out += "lateral-";
    out += std::string(join_word(r)) + " " + print_part(r.left) + " " + print_part(r.right);
    if (r.condition) out += " on " + print_part(r.condition);
    if (!r.using_columns.empty()) out += " using " + print_names(r.using_columns);
    return out + ")";
  }
  std::string operator()(const AsOfJoin& r) const { return "(as-of-join " + print_part(r.left) + " " + print_part(r.right) + ")"; }
  std::string operator()(const SetOperation& r) const {
    const char* word = r.op == SetOperator::Union ? "union" : r.op == SetOperator::Intersect ? "intersect" : "except";
    return std::string("(") + word + (r.all ? "-all" : "") + (r.by_name ? "-by-name" : "") + " " + print_part(r.left) + " " + print_part(r.right) + ")";
  }
  std::string operator()(const Sort& r) const { return std::string(r.is_global ? "(sort " : "(local-sort ") + print_part(r.input) + print_all(r.orders) + ")"; }
  std::string operator()(const Limit& r) const { return "(limit " + print_part(r.input) + " " + (r.count ? print_part(r.count) : std::string("all")) + ")"; }
  std::string operator()(const Offset& r) const { return "(offset " + print_part(r.input) + " " + print_part(r.count) + ")"; }
  std::string operator()(const Tail& r) const { return "(tail " + print_part(r.input) + " " + std::to_string(r.count) + ")"; }
  std::string operator()(const Aggregate& r) const {
    const char* type = "";
    switch (r.type) {
      case Aggregate::GroupType::GroupBy: break;
      case Aggregate::GroupType::Rollup: type = "rollup "; break;
      case Aggregate::GroupType::Cube: type = "cube "; break;
      case Aggregate::GroupType::GroupingSets: type = "grouping-sets "; break;
      case Aggregate::GroupType::GroupByAll: type = "all "; break;
    }
    return "(aggregate " + print_part(r.input) + " " + type + "[" + print_list(r.grouping) + "] [" + print_list(r.aggregates) + "]" +
           (r.output_includes_grouping ? "" : " grouping-first") + ")";
  }
  std::string operator()(const Pivot& r) const {
    return "(pivot " + print_part(r.input) + " [" + print_list(r.aggregates) + "] for " + print_part(r.column) + " in [" + print_list(r.values) + "])";
  }
  std::string operator()(const Unpivot& r) const {
    std::string out = "(unpivot " + print_part(r.input) + " " + print_names(r.value_columns) + " for " + r.variable_column + " in";
    if (r.values) {
      for (std::size_t i = 0; i < r.values->size(); ++i) {
        out += " [" + print_list((*r.values)[i]) + "]";
        if (i < r.value_aliases.size() && r.value_aliases[i]) out += "=" + *r.value_aliases[i];
      }
    }
    return out + (r.include_nulls ? " include-nulls" : "") + ")";
  }
  std::string operator()(const LateralView& r) const {
    return "(lateral-view " + print_part(r.input) + (r.is_outer ? " outer " : " ") + print_part(r.generator) + " " + r.table_alias +
           (r.column_aliases.empty() ? "" : " " + print_names(r.column_aliases)) + ")";
  }
  std::string operator()(const SubqueryAlias& r) const {
    return "(as " + print_part(r.input) + " " + print_name(r.alias) + (r.columns.empty() ? "" : " " + print_names(r.columns)) + ")";
  }
  std::string operator()(const With& r) const {
    std::string out = r.is_recursive ? "(with-recursive" : "(with";
    for (const auto& table : r.tables)
      out += " [" + table.name + (table.columns.empty() ? "" : " " + print_names(table.columns)) + " " + print_part(table.plan) + "]";
    return out + " " + print_part(r.body) + ")";
  }
  std::string operator()(const WithWindows& r) const {
    std::string out = "(windows " + print_part(r.input);
    for (const auto& [name, spec] : r.windows) out += " [" + name + " " + print_window_spec(spec) + "]";
    return out + ")";
  }
  std::string operator()(const Sample& r) const {
    std::string out = "(sample " + print_part(r.input);
    if (r.num_rows) {
      out += " rows=" + std::to_string(*r.num_rows);
    } else {
      char text[64];
      std::snprintf(text, sizeof text, " %g..%g", r.lower, r.upper);
      out += text;
    }
    return out + (r.seed ? " seed=" + std::to_string(*r.seed) : "") + ")";
  }
  std::string operator()(const Repartition& r) const {
    return "(repartition " + print_part(r.input) + (r.num_partitions ? " " + std::to_string(*r.num_partitions) : "") + print_all(r.expressions) + ")";
  }
  std::string operator()(const Hint& r) const { return "(hint " + print_part(r.input) + " " + r.name + print_all(r.parameters) + ")"; }
  std::string operator()(const ToDf& r) const { return "(to-df " + print_part(r.input) + " " + print_names(r.names) + ")"; }
  std::string operator()(const WithColumns& r) const { return "(with-columns " + print_part(r.input) + print_all(r.aliases) + ")"; }
  std::string operator()(const WithColumnsRenamed& r) const {
    std::string out = "(rename " + print_part(r.input);
    for (const auto& [from, to] : r.renames) out += " " + from + "=" + to;
    return out + ")";
  }
  std::string operator()(const Drop& r) const { return "(drop " + print_part(r.input) + print_all(r.columns) + (r.names.empty() ? "" : " " + print_names(r.names)) + ")"; }
  std::string operator()(const ToSchema& r) const { return "(to-schema " + print_part(r.input) + " " + print_quoted(types::schema_to_ddl(r.schema)) + ")"; }
  std::string operator()(const Deduplicate& r) const { return "(distinct " + print_part(r.input) + (r.all_columns ? "" : " " + print_names(r.columns)) + ")"; }
  std::string operator()(const UnsupportedRelation& r) const { return "(unsupported " + r.what + (r.input ? " " + print_part(r.input) : "") + ")"; }
  std::string operator()(const ShowString& r) const { return other("show-string", r.input); }
  std::string operator()(const HtmlString& r) const { return other("html-string", r.input); }
  std::string operator()(const FillNa& r) const { return other("fill-na", r.input); }
  std::string operator()(const DropNa& r) const { return other("drop-na", r.input); }
  std::string operator()(const ReplaceNa& r) const { return other("replace-na", r.input); }
  std::string operator()(const Summary& r) const { return other("summary", r.input); }
  std::string operator()(const Describe& r) const { return other("describe", r.input); }
  std::string operator()(const Crosstab& r) const { return other("crosstab", r.input); }
  std::string operator()(const Covariance& r) const { return other("covariance", r.input); }
  std::string operator()(const Correlation& r) const { return other("correlation", r.input); }
  std::string operator()(const ApproxQuantile& r) const { return other("approx-quantile", r.input); }
  std::string operator()(const FreqItems& r) const { return other("freq-items", r.input); }
  std::string operator()(const SampleBy& r) const { return other("sample-by", r.input); }
  std::string operator()(const ParseRows& r) const { return other("parse-rows", r.input); }
  std::string operator()(const CollectMetrics& r) const { return other("collect-metrics", r.input); }
  std::string operator()(const Transpose& r) const { return other("transpose", r.input); }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "(statement)";
  }

  static std::string other(const char* name, const RelationPtr& input) { return std::string("(") + name + " " + print_part(input) + ")"; }
};

}  // namespace

std::string print_options(const Options& options) {
  std::string out;
  for (const auto& [key, value] : options) out += " " + key + "=" + print_quoted(value);
  return out;
}

std::string print_relation(const Relation& relation) { return std::visit(RelationPrinter{}, relation.node); }

}  // namespace lab::plan
