#include "protocol/s3/select/evaluate.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

// Aliases may name one another: so deep, and so often for one record.
constexpr int kMaxAliasDepth = 16, kMaxAliasCalls = 10'000;

/// The truth of a value in a condition; absent: unknown.
std::optional<bool> find_truth(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string lower = to_lower_ascii(*text);
    if (lower == "true" || lower == "false") return lower == "true";
  }
  return std::nullopt;
}

Value value_of_truth(std::optional<bool> truth) {
  if (!truth) return Null{};
  return *truth;
}

const Json* find_member(const Json& object, const PathStep& step) {
  if (step.index) return object.is_array() && *step.index < object.size() ? &object.at(*step.index) : nullptr;
  if (!object.is_object()) return nullptr;
  if (const auto exact = object.find(step.name); exact != object.end()) return &*exact;
  if (step.is_quoted) return nullptr;
  const std::string lower = to_lower_ascii(step.name);
  for (const auto& [name, value] : object.items())
    if (to_lower_ascii(name) == lower) return &value;
  return nullptr;
}

/// The values that one expression has for one record.
class Evaluator {
 public:
  Evaluator(const Statement& statement, const Record* record, const std::vector<Value>* aggregates)
      : statement_(statement), record_(record), aggregates_(aggregates) {}

  Value evaluate(const Expression& expression) {
    using enum Expression::Kind;
    switch (expression.kind) {
      case Literal: return expression.literal;
      case Path: return evaluate_path(expression);
      case Call: return evaluate_call(expression);
      case Not: {
        const auto truth = find_truth(evaluate(expression.arguments.front()));
        return value_of_truth(truth ? std::optional(!*truth) : std::nullopt);
      }
      case And: return evaluate_logic(expression, false);
      case Or: return evaluate_logic(expression, true);
      case Case: return evaluate_case(expression);
      case CaseOf: return evaluate_case_of(expression);
      case Aggregate: return aggregates_ == nullptr ? Value(Null{}) : aggregates_->at(expression.aggregate);
    }
    return Null{};
  }

 private:
  Value evaluate_path(const Expression& expression) {
    if (record_ == nullptr) return Null{};
    if (expression.column) {
      if (*expression.column >= record_->num_fields) return Missing{};
      const std::string& field = record_->fields[*expression.column];
      return field.empty() ? Value(Null{}) : Value(field);
    }
    if (record_->is_json) {
      const Json* found = &record_->document;
      for (const PathStep& step : expression.path)
        if (found != nullptr) found = find_member(*found, step);
      if (found != nullptr) return value_of(*found);
      // A record that is no object has no names: it is the first column itself.
      const bool is_itself = !record_->document.is_object() && expression.path.size() == 1 && expression.path.front().name == "_1";
      if (is_itself) return value_of(record_->document);
    }
    if (!expression.alias) return Missing{};
    if (++alias_depth_ > kMaxAliasDepth || ++num_alias_calls_ > kMaxAliasCalls)
      throw invalid_arguments("number of calls exceed maximum size, probably a cyclic reference to alias");
    Value value = evaluate(statement_.projections[*expression.alias].expression);
    --alias_depth_;
    return value;
  }

  Value evaluate_call(const Expression& expression) {
    std::vector<Value> arguments;
    arguments.reserve(expression.arguments.size());
    for (const Expression& each : expression.arguments) arguments.push_back(evaluate(each));
    return expression.function->apply(arguments);
  }

  /// Ends at the first operand that decides: `decisive` for OR is true.
  Value evaluate_logic(const Expression& expression, bool decisive) {
    bool has_unknown = false;
    for (const Expression& each : expression.arguments) {
      const auto truth = find_truth(evaluate(each));
      if (truth == decisive) return decisive;
      has_unknown = has_unknown || !truth;
    }
    if (has_unknown) return Null{};
    return !decisive;
  }

  Value evaluate_case(const Expression& expression) {
    for (std::size_t i = 0; i + 1 < expression.arguments.size(); i += 2)
      if (find_truth(evaluate(expression.arguments[i])) == true) return evaluate(expression.arguments[i + 1]);
    return evaluate(expression.arguments.back());
  }

  Value evaluate_case_of(const Expression& expression) {
    const Value subject = evaluate(expression.arguments.front());
    for (std::size_t i = 1; i + 1 < expression.arguments.size(); i += 2) {
      const auto order = compare(subject, evaluate(expression.arguments[i]));
      if (order && *order == 0) return evaluate(expression.arguments[i + 1]);
    }
    return evaluate(expression.arguments.back());
  }

  const Statement& statement_;
  const Record* record_;
  const std::vector<Value>* aggregates_;
  int alias_depth_ = 0, num_alias_calls_ = 0;
};

/// One aggregate on its way through the records.
class Accumulator {
 public:
  explicit Accumulator(const Aggregate& aggregate) : aggregate_(aggregate) {}

  void take(Evaluator& evaluator) {
    if (!aggregate_.argument) {
      ++count_;
      return;
    }
    Value value = evaluator.evaluate(*aggregate_.argument);
    if (is_absent(value)) return;
    using enum Aggregate::Of;
    if (aggregate_.of == Sum || aggregate_.of == Average) {
      const Value both[] = {sum_, value};
      sum_ = find_function("+")->apply(both);
    } else if (aggregate_.of == Least || aggregate_.of == Greatest) {
      // Columns of CSV are texts also where they are numbers.
      if (auto number = find_number(value)) value = *std::move(number);
      const auto order = count_ == 0 ? std::optional(std::partial_ordering::unordered) : compare(value, best_);
      if (count_ == 0 || (order && (aggregate_.of == Least ? *order < 0 : *order > 0))) best_ = std::move(value);
    }
    ++count_;
  }

  Value finish() const {
    using enum Aggregate::Of;
    if (aggregate_.of == Count) return count_;
    if (count_ == 0) return Null{};
    if (aggregate_.of == Sum) return sum_;
    if (aggregate_.of != Average) return best_;
    const Value as_real[] = {sum_};
    return std::get<double>(find_function("float")->apply(as_real)) / static_cast<double>(count_);
  }

 private:
  const Aggregate& aggregate_;
  std::int64_t count_ = 0;
  Value sum_ = std::int64_t(0);
  Value best_ = Null{};
};

}  // namespace

struct Run::State {
  const Statement& statement;
  std::vector<Accumulator> accumulators;
  std::uint64_t num_rows = 0;
};

Run::Run(const Statement& statement) : state_(std::make_unique<State>(statement)) {
  for (const Aggregate& each : statement.aggregates) state_->accumulators.emplace_back(each);
}

Run::~Run() = default;

bool Run::is_done() const { return state_->accumulators.empty() && state_->statement.limit && state_->num_rows >= *state_->statement.limit; }

bool Run::take(const Record& record, std::vector<Value>& row) {
  row.clear();
  if (is_done()) return false;
  Evaluator evaluator(state_->statement, &record, nullptr);
  if (state_->statement.where && find_truth(evaluator.evaluate(*state_->statement.where)) != true) return false;
  for (Accumulator& each : state_->accumulators) each.take(evaluator);
  if (!state_->accumulators.empty()) return false;
  for (const Projection& each : state_->statement.projections) row.push_back(evaluator.evaluate(each.expression));
  ++state_->num_rows;
  return true;
}

bool Run::finish(std::vector<Value>& row) {
  row.clear();
  if (state_->accumulators.empty() || state_->statement.limit == 0) return false;
  std::vector<Value> results;
  for (const Accumulator& each : state_->accumulators) results.push_back(each.finish());
  Evaluator evaluator(state_->statement, nullptr, &results);
  for (const Projection& each : state_->statement.projections) row.push_back(evaluator.evaluate(each.expression));
  return true;
}

}  // namespace lab::s3::select
