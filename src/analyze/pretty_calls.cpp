#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "analyze/pretty.h"

// How calls print whose Spark expression has another name than the function, more arguments than were written, or fewer.
namespace lab::analyze {
namespace {

struct CallText {
  std::string_view name;
  std::string_view shown = {};                       ///< empty: the name
  std::array<std::string_view, 7> defaults = {};     ///< by position: what an argument that is left out prints as
  std::size_t most = 99;                             ///< arguments behind these are not shown
  std::size_t filled = 0;                            ///< up to so many, what is left out prints as an empty text
};

constexpr std::string_view kSeconds = "yyyy-MM-dd HH:mm:ss";

constexpr CallText kTexts[] = {
    {.name = "acos", .shown = "ACOS"},
    {.name = "acosh", .shown = "ACOSH"},
    {.name = "aes_decrypt", .defaults = {"", "", "GCM", "DEFAULT"}, .filled = 5},
    {.name = "aes_encrypt", .defaults = {"", "", "GCM", "DEFAULT"}, .filled = 6},
    {.name = "any_value", .most = 1},
    {.name = "approx_percentile", .defaults = {"", "", "10000"}},
    {.name = "array_agg", .shown = "collect_list"},
    {.name = "asin", .shown = "ASIN"},
    {.name = "asinh", .shown = "ASINH"},
    {.name = "atan", .shown = "ATAN"},
    {.name = "atan2", .shown = "ATAN2"},
    {.name = "atanh", .shown = "ATANH"},
    {.name = "bround", .defaults = {"", "0"}},
    {.name = "cbrt", .shown = "CBRT"},
    {.name = "ceil", .shown = "CEIL"},
    {.name = "cos", .shown = "COS"},
    {.name = "cosh", .shown = "COSH"},
    {.name = "cot", .shown = "COT"},
    {.name = "csc", .shown = "CSC"},
    {.name = "curdate", .shown = "current_date"},
    {.name = "dateadd", .shown = "date_add"},
    {.name = "degrees", .shown = "DEGREES"},
    {.name = "e", .shown = "E"},
    {.name = "exp", .shown = "EXP"},
    {.name = "expm1", .shown = "EXPM1"},
    {.name = "first", .most = 1},
    {.name = "first_value", .most = 1},
    {.name = "floor", .shown = "FLOOR"},
    {.name = "from_csv", .most = 1},
    {.name = "from_json", .most = 1},
    {.name = "from_unixtime", .defaults = {"", kSeconds}},
    {.name = "hll_sketch_agg", .defaults = {"", "12"}},
    {.name = "hll_union", .defaults = {"", "", "false"}},
    {.name = "hll_union_agg", .defaults = {"", "false"}},
    {.name = "hypot", .shown = "HYPOT"},
    {.name = "last", .most = 1},
    {.name = "last_value", .most = 1},
    {.name = "likeall", .most = 1},
    {.name = "likeany", .most = 1},
    {.name = "listagg", .defaults = {"", "NULL"}},
    {.name = "locate", .defaults = {"", "", "1"}},
    {.name = "log10", .shown = "LOG10"},
    {.name = "log1p", .shown = "LOG1P"},
    {.name = "log2", .shown = "LOG2"},
    {.name = "make_dt_interval", .defaults = {"0", "0", "0", "0.000000"}},
    {.name = "make_interval", .defaults = {"0", "0", "0", "0", "0", "0", "0.000000"}},
    {.name = "make_ym_interval", .defaults = {"0", "0"}},
    {.name = "mask", .defaults = {"", "X", "x", "n", "NULL"}},
    {.name = "months_between", .defaults = {"", "", "true"}},
    {.name = "notlikeall", .most = 1},
    {.name = "notlikeany", .most = 1},
    {.name = "percentile", .defaults = {"", "", "1"}},
    {.name = "percentile_approx", .defaults = {"", "", "10000"}},
    {.name = "pi", .shown = "PI"},
    {.name = "position", .defaults = {"", "", "1"}},
    {.name = "power", .shown = "POWER"},
    {.name = "radians", .shown = "RADIANS"},
    {.name = "random", .shown = "rand"},
    {.name = "regexp_extract", .defaults = {"", "", "1"}},
    {.name = "regexp_extract_all", .defaults = {"", "", "1"}},
    {.name = "regexp_instr", .defaults = {"", "", "0"}},
    {.name = "regexp_replace", .defaults = {"", "", "", "1"}},
    {.name = "round", .defaults = {"", "0"}},
    {.name = "schema_of_csv", .most = 1},
    {.name = "schema_of_json", .most = 1},
    {.name = "sec", .shown = "SEC"},
    {.name = "signum", .shown = "SIGNUM"},
    {.name = "sin", .shown = "SIN"},
    {.name = "sinh", .shown = "SINH"},
    {.name = "sort_array", .defaults = {"", "true"}},
    {.name = "spark_partition_id", .shown = "SPARK_PARTITION_ID"},
    {.name = "split", .defaults = {"", "", "-1"}},
    {.name = "sqrt", .shown = "SQRT"},
    {.name = "str_to_map", .defaults = {"", ",", ":"}},
    {.name = "string_agg", .defaults = {"", "NULL"}},
    {.name = "substr", .defaults = {"", "", "2147483647"}},
    {.name = "substring", .defaults = {"", "", "2147483647"}},
    {.name = "tan", .shown = "TAN"},
    {.name = "tanh", .shown = "TANH"},
    {.name = "to_csv", .most = 1},
    {.name = "to_json", .most = 1},
    {.name = "to_unix_timestamp", .defaults = {"", kSeconds}},
    {.name = "to_varchar", .shown = "to_char"},
    {.name = "try_aes_decrypt", .defaults = {"", "", "GCM", "DEFAULT"}, .filled = 5},
    {.name = "try_variant_get", .most = 2},
    {.name = "unix_timestamp", .defaults = {"current_timestamp()", kSeconds}},
    {.name = "variant_get", .most = 2},
};
static_assert(std::ranges::is_sorted(kTexts, {}, &CallText::name));

// The comparator that array_sort has when none is written.
std::string default_comparator() {
  const std::string v = "namedlambdavariable()";
  return "lambdafunction((IF(((" + v + " IS NULL) AND (" + v + " IS NULL)), 0, (IF((" + v + " IS NULL), 1, (IF((" + v + " IS NULL), -1, (IF((" + v + " < " + v + "), -1, (IF((" + v + " > " + v +
         "), 1, 0)))))))))), " + v + ", " + v + ")";
}

}  // namespace

std::string function_sql(const std::string& name, std::vector<std::string> arguments, bool is_operator) {
  if (is_operator && arguments.size() == 2) {
    if (name == "shiftleft") return "(" + arguments[0] + " << " + arguments[1] + ")";
    if (name == "shiftright") return "(" + arguments[0] + " >> " + arguments[1] + ")";
    if (name == "shiftrightunsigned") return "(" + arguments[0] + " >>> " + arguments[1] + ")";
  }
  if ((name == "extract" || name == "datepart" || name == "date_part") && arguments.size() == 2) return name + "(" + arguments[0] + (name == "date_part" ? ", " : " FROM ") + arguments[1] + ")";
  if (name == "negative") return (is_operator ? "(- " : "negative(") + join_sql(arguments) + ")";
  // An empty default is a text of its own.
  if (name == "replace" && arguments.size() == 2) arguments.emplace_back();
  while (name == "sentences" && arguments.size() < 3) arguments.emplace_back();
  // mode(x, false) is mode(x); with true it is another expression.
  if (name == "mode" && arguments.size() == 2 && arguments[1] == "false") arguments.pop_back();
  if (name == "log" && arguments.size() == 1) arguments.insert(arguments.begin(), "E()");
  if (name == "log" && arguments.size() == 2) return "LOG(" + join_sql(arguments) + ")";
  if ((name == "lpad" || name == "rpad") && arguments.size() == 2) arguments.emplace_back(arguments[0].starts_with("X'") ? "X'00'" : " ");
  if (arguments.size() == 2 && (name == "ltrim" || name == "rtrim")) return (name == "ltrim" ? "TRIM(LEADING " : "TRIM(TRAILING ") + arguments[0] + " FROM " + arguments[1] + ")";
  if (arguments.size() == 2 && name == "trim") return "TRIM(BOTH " + arguments[0] + " FROM " + arguments[1] + ")";
  if (name == "convert_timezone" && arguments.size() == 2) return "convert_timezone(current_timezone(), " + join_sql(arguments) + ")";
  if (name == "array_sort" && arguments.size() == 1) return "array_sort(" + arguments[0] + ", " + default_comparator() + ")";
  if ((name == "aggregate" || name == "reduce") && arguments.size() == 3) arguments.push_back("lambdafunction(namedlambdavariable(), namedlambdavariable())");
  const auto found = std::ranges::lower_bound(kTexts, std::string_view(name), {}, &CallText::name);
  if (found == std::end(kTexts) || found->name != name) return call_sql(name, arguments);
  // ceil and floor to digits are other expressions.
  if ((found->shown == "CEIL" || found->shown == "FLOOR") && arguments.size() != 1) return call_sql(name, arguments);
  while (arguments.size() < found->defaults.size() && !found->defaults[arguments.size()].empty()) arguments.emplace_back(found->defaults[arguments.size()]);
  while (arguments.size() >= 2 && arguments.size() < found->filled) arguments.emplace_back();
  if (arguments.size() > found->most) arguments.resize(found->most);
  return call_sql(found->shown.empty() ? name : std::string(found->shown), arguments);
}

std::string expression_class(const std::string& name, bool is_aggregate) {
  std::string result = is_aggregate ? "org.apache.spark.sql.catalyst.expressions.aggregate." : "org.apache.spark.sql.catalyst.expressions.";
  bool begins = true;
  for (const char c : name) {
    if (c != '_') result += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '_';
  }
  return result;
}

std::string shown_name(const std::string& name) {
  const auto found = std::ranges::lower_bound(kTexts, std::string_view(name), {}, &CallText::name);
  return found != std::end(kTexts) && found->name == name && !found->shown.empty() ? std::string(found->shown) : name;
}

}  // namespace lab::analyze
