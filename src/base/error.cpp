#include "base/error.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace lab {
namespace {

std::string fill_template(std::string_view text, const Error::Parameters& parameters) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '<') {
      const auto end = text.find('>', i);
      if (end != std::string_view::npos) {
        const auto found = parameters.find(std::string(text.substr(i + 1, end - i - 1)));
        if (found != parameters.end()) {
          result += found->second;
          i = end + 1;
          continue;
        }
      }
    }
    result += text[i++];
  }
  return result;
}

std::string full_text(const Condition& condition, const Error::Parameters& parameters) {
  // What the real system says without a condition has none here either.
  std::string text = condition.name.empty() ? "" : "[" + std::string(condition.name) + "] ";
  text += fill_template(condition.message, parameters);
  if (!condition.sqlstate.empty()) text += " SQLSTATE: " + std::string(condition.sqlstate);
  return text;
}

struct ConditionIndex {
  std::shared_mutex mutex;
  std::unordered_map<std::string_view, const Condition*> rows;
};

ConditionIndex& condition_index() {
  static ConditionIndex index;
  return index;
}

}  // namespace

Error::Error(const Condition& condition, Parameters parameters)
    : std::runtime_error(full_text(condition, parameters)),
      condition_(&condition),
      parameters_(std::move(parameters)),
      message_(fill_template(condition.message, parameters_)) {}

Error&& Error::at(QueryContext context) && {
  contexts_.push_back(std::move(context));
  return std::move(*this);
}

const Condition* find_condition(std::string_view name) {
  auto& index = condition_index();
  const std::shared_lock lock(index.mutex);
  const auto found = index.rows.find(name);
  return found == index.rows.end() ? nullptr : found->second;
}

void register_condition(const Condition& condition) {
  auto& index = condition_index();
  const std::unique_lock lock(index.mutex);
  index.rows.emplace(condition.name, &condition);
}

void check_failed(const char* expression, const char* file, int line, const std::string& message) {
  std::string text = std::string(file) + ":" + std::to_string(line) + ": check failed: " + expression;
  if (!message.empty()) text += ": " + message;
  throw Error(conditions::kInternalError, {{"message", std::move(text)}});
}

}  // namespace lab
