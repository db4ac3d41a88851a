#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/conditions.h"

namespace lab {

/// The piece of query text or DataFrame call an error is about (Spark's QueryContext). Positions are in UTF-16-free
/// code points of the text that the user sent: `start` is 0-based and inclusive, `stop` inclusive; line is 1-based.
struct QueryContext {
  std::string object_type;
  std::string object_name;
  int start_index = -1;
  int stop_index = -1;
  int line = 0;
  int column = 0;  ///< 0-based, as Spark's `pos`
  std::string fragment;
  std::string call_site;  ///< Python call site for DataFrame queries; empty for SQL
  std::string sql_text;   ///< parse errors: the whole text, which Spark prints under the message
};

/// The one exception that ends a request. Runtime values are parameters, so that clients and tests can look at them;
/// the message is the condition's template with the parameters filled in.
class Error : public std::runtime_error {
 public:
  using Parameters = std::map<std::string, std::string>;

  explicit Error(const Condition& condition, Parameters parameters = {});

  const Condition& condition() const { return *condition_; }
  Kind kind() const { return condition_->kind; }
  const Parameters& parameters() const { return parameters_; }
  /// The filled template without the `[CONDITION] ` prefix that what() carries.
  const std::string& message() const { return message_; }

  const std::vector<QueryContext>& contexts() const { return contexts_; }
  /// Adds where in the user's text it happened; returns itself so that it can be thrown at once.
  Error&& at(QueryContext context) &&;

 private:
  const Condition* condition_;
  Parameters parameters_;
  std::string message_;
  std::vector<QueryContext> contexts_;
};

/// Looks a condition of `base/conditions.h` up by its name; nullptr when there is none. For kernels, whose errors
/// travel as names through the engine.
const Condition* find_condition(std::string_view name);

/// Makes a row known to find_condition(). Called once per module at start for rows that may travel by name.
void register_condition(const Condition& condition);

/// For our own mistakes; no input may reach it. Throws INTERNAL_ERROR.
[[noreturn]] void check_failed(const char* expression, const char* file, int line, const std::string& message = {});

}  // namespace lab

#define LAB_CHECK(expression, ...)                                                          \
  do {                                                                                      \
    if (!(expression)) ::lab::check_failed(#expression, __FILE__, __LINE__ __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)
