#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/select/statement.h"
#include "protocol/s3/select/tokens.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

using Kind = Expression::Kind;

// Of expressions in parentheses, and of the tree that operators in a row make.
constexpr int kMaxDepth = 100, kMaxTreeDepth = 150;
constexpr std::size_t kMaxExpression = 256 << 10;

constexpr std::string_view kReserved[] = {"select", "from", "where", "limit", "as", "and", "or", "not", "in", "is", "like", "between", "escape",
                                          "case", "when", "then", "else", "end", "null", "missing", "true", "false"};

bool is_reserved(std::string_view name) { return std::ranges::find(kReserved, name) != std::end(kReserved); }

struct AggregateName {
  std::string_view name;
  Aggregate::Of of;
};
constexpr AggregateName kAggregates[] = {{"count", Aggregate::Of::Count},
                                         {"sum", Aggregate::Of::Sum},
                                         {"avg", Aggregate::Of::Average},
                                         {"min", Aggregate::Of::Least},
                                         {"max", Aggregate::Of::Greatest}};

void deepen(Expression& expression, const Expression& argument) {
  expression.depth = std::max(expression.depth, argument.depth + 1);
  if (expression.depth > kMaxTreeDepth) throw Error(conditions::kSelectUnexpectedToken, {{"reason", "The SQL expression is nested too deeply."}});
}

/// With the depth that its arguments give it.
Expression measured(Expression expression) {
  for (const Expression& each : expression.arguments) deepen(expression, each);
  return expression;
}

Expression literal(Value value) { return {.kind = Kind::Literal, .literal = std::move(value)}; }

Expression call(std::string_view name, std::vector<Expression> arguments) {
  const FunctionRow* row = find_function(name);
  if (row == nullptr) throw Error(conditions::kSelectUnsupportedFunction, {{"reason", "Encountered an unsupported SQL function: " + std::string(name)}});
  const auto count = static_cast<int>(arguments.size());
  if (count < row->least || count > row->most) throw invalid_arguments("Incorrect number of arguments in the call of " + std::string(name));
  return measured({.kind = Kind::Call, .function = row, .arguments = std::move(arguments)});
}

template <typename... Each>
std::vector<Expression> list_of(Each... each) {
  std::vector<Expression> all;
  all.reserve(sizeof...(each));
  (all.push_back(std::move(each)), ...);
  return all;
}

/// AND or OR; many in a row are one.
Expression combine(Kind kind, Expression left, Expression right) {
  if (left.kind != kind) return measured({.kind = kind, .arguments = list_of(std::move(left), std::move(right))});
  deepen(left, right);
  left.arguments.push_back(std::move(right));
  return left;
}
Expression negated(Expression inner) { return measured({.kind = Kind::Not, .arguments = list_of(std::move(inner))}); }

/// Reads one statement, from its first token to its last.
class StatementReader {
 public:
  StatementReader(std::vector<Token> tokens, Moment now) : tokens_(std::move(tokens)), now_(now) {}

  Statement read() {
    expect_word("select");
    if (take_sign("*")) {
      statement_.is_everything = true;
    } else {
      do read_projection();
      while (take_sign(","));
    }
    expect_word("from");
    read_source();
    may_aggregate_ = false;
    if (take_word("where")) statement_.where = read_expression();
    if (take_word("limit")) {
      const auto limit = peek().kind == Token::Kind::Number ? parse_number(peek().text) : std::nullopt;
      if (!limit) throw unexpected();
      ++at_;
      statement_.limit = *limit;
    }
    take_sign(";");
    if (peek().kind != Token::Kind::End) throw unexpected();
    return std::move(statement_);
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is_word(std::string_view word, std::size_t ahead = 0) const { return peek(ahead).kind == Token::Kind::Name && peek(ahead).lower == word; }
  bool is_sign(std::string_view sign, std::size_t ahead = 0) const { return peek(ahead).kind == Token::Kind::Sign && peek(ahead).text == sign; }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++at_;
    return true;
  }
  bool take_sign(std::string_view sign) {
    if (!is_sign(sign)) return false;
    ++at_;
    return true;
  }
  void expect_word(std::string_view word) {
    if (!take_word(word)) throw unexpected();
  }
  void expect_sign(std::string_view sign) {
    if (!take_sign(sign)) throw unexpected();
  }
  Error unexpected() const {
    const std::string what = peek().kind == Token::Kind::End ? "the end of the expression" : "'" + peek().text + "'";
    return Error(conditions::kSelectUnexpectedToken, {{"reason", "The SQL expression contains an unexpected token: " + what + "."}});
  }
  std::string take_name() {
    const bool is_name = peek().kind == Token::Kind::QuotedName || (peek().kind == Token::Kind::Name && !is_reserved(peek().lower));
    if (!is_name) throw unexpected();
    return tokens_[at_++].text;
  }

  void read_projection() {
    Projection projection{.expression = read_expression(), .name = {}};
    if (projection.expression.kind == Kind::Path && !projection.expression.path.empty()) projection.name = projection.expression.path.back().name;
    const bool is_named = take_word("as") || peek().kind == Token::Kind::QuotedName || (peek().kind == Token::Kind::Name && !is_reserved(peek().lower));
    if (is_named) {
      projection.name = take_name();
      projection.has_alias = true;
    }
    statement_.projections.push_back(std::move(projection));
  }

  /// `S3Object[*].path AS alias`; clients of other stores write another name for the table.
  void read_source() {
    take_name();
    read_steps(statement_.from);
    if (take_word("as") || peek().kind == Token::Kind::QuotedName || (peek().kind == Token::Kind::Name && !is_reserved(peek().lower))) statement_.alias = take_name();
  }

  void read_steps(std::vector<PathStep>& path) {
    for (;;) {
      if (take_sign(".")) {
        PathStep step{.is_quoted = peek().kind == Token::Kind::QuotedName};
        if (take_sign("*"))
          step.is_wildcard = true;
        else if (peek().kind == Token::Kind::Name)
          step.name = tokens_[at_++].text;
        else
          step.name = take_name();
        path.push_back(std::move(step));
      } else if (take_sign("[")) {
        PathStep step;
        step.is_wildcard = take_sign("*");
        if (!step.is_wildcard && peek().kind == Token::Kind::Number) step.index = parse_number(tokens_[at_++].text);
        if (!step.is_wildcard && !step.index) throw unexpected();
        expect_sign("]");
        path.push_back(std::move(step));
      } else {
        return;
      }
    }
  }

  Expression read_expression() {
    if (++depth_ > kMaxDepth) throw Error(conditions::kSelectUnexpectedToken, {{"reason", "The SQL expression is nested too deeply."}});
    Expression left = read_conjunction();
    while (take_word("or")) left = combine(Kind::Or, std::move(left), read_conjunction());
    --depth_;
    return left;
  }

  Expression read_conjunction() {
    Expression left = read_negation();
    while (take_word("and")) left = combine(Kind::And, std::move(left), read_negation());
    return left;
  }

  Expression read_negation() {
    bool is_negated = false;
    while (take_word("not")) is_negated = !is_negated;
    Expression inner = read_comparison();
    return is_negated ? negated(std::move(inner)) : std::move(inner);
  }

  Expression read_comparison() {
    constexpr std::string_view kSigns[] = {"=", "!=", "<>", "<", "<=", ">", ">="};
    Expression left = read_sum();
    for (;;) {
      const bool is_sign = peek().kind == Token::Kind::Sign && std::ranges::find(kSigns, peek().text) != std::end(kSigns);
      if (is_sign) {
        const std::string sign = tokens_[at_++].text;
        left = call(sign, list_of(std::move(left), read_sum()));
        continue;
      }
      const std::size_t before = at_;
      if (take_word("is")) {
        const bool is_not = take_word("not");
        const bool is_missing = take_word("missing");
        if (!is_missing) expect_word("null");
        left = call(is_missing ? "is missing" : "is null", list_of(std::move(left)));
        if (is_not) left = negated(std::move(left));
        continue;
      }
      const bool is_not = take_word("not");
      if (take_word("like")) {
        auto arguments = list_of(std::move(left), read_sum());
        if (take_word("escape")) arguments.push_back(read_sum());
        left = call("like", std::move(arguments));
      } else if (take_word("in")) {
        auto arguments = list_of(std::move(left));
        expect_sign("(");
        do arguments.push_back(read_expression());
        while (take_sign(","));
        expect_sign(")");
        left = call("in", std::move(arguments));
      } else if (take_word("between")) {
        Expression low = read_sum();
        expect_word("and");
        Expression high = read_sum();
        left = call("between", list_of(std::move(left), std::move(low), std::move(high)));
      } else {
        at_ = before;
        return left;
      }
      if (is_not) left = negated(std::move(left));
    }
  }

  Expression read_sum() {
    Expression left = read_product();
    while (is_sign("+") || is_sign("-") || is_sign("||")) {
      const std::string sign = tokens_[at_++].text;
      left = call(sign, list_of(std::move(left), read_product()));
    }
    return left;
  }

  Expression read_product() {
    Expression left = read_unary();
    while (is_sign("*") || is_sign("/") || is_sign("%")) {
      const std::string sign = tokens_[at_++].text;
      left = call(sign, list_of(std::move(left), read_unary()));
    }
    return left;
  }

  Expression read_unary() {
    bool is_negative = false;
    while (is_sign("-") || is_sign("+")) is_negative = (tokens_[at_++].text == "-") != is_negative;
    Expression operand = read_primary();
    return is_negative ? call("negate", list_of(std::move(operand))) : std::move(operand);
  }

  Expression read_primary() {
    const Token& token = peek();
    if (take_sign("(")) {
      Expression inner = read_expression();
      expect_sign(")");
      return inner;
    }
    if (token.kind == Token::Kind::Text) {
      ++at_;
      return literal(token.text);
    }
    if (token.kind == Token::Kind::Number) {
      ++at_;
      const auto number = find_number(token.text);
      if (!number) throw unexpected();
      return literal(*number);
    }
    if (take_word("null")) return literal(Null{});
    if (take_word("missing")) return literal(Missing{});
    if (is_word("true") || is_word("false")) return literal(tokens_[at_++].lower == "true");
    if (take_word("case")) return read_case();
    if (token.kind == Token::Kind::Name && is_sign("(", 1)) return read_call();
    Expression path{.kind = Kind::Path};
    const bool is_quoted = token.kind == Token::Kind::QuotedName;
    path.path.push_back({.name = take_name(), .is_quoted = is_quoted});
    read_steps(path.path);
    return path;
  }

  Expression read_case() {
    Expression chosen{.kind = is_word("when") ? Kind::Case : Kind::CaseOf};
    if (chosen.kind == Kind::CaseOf) chosen.arguments.push_back(read_expression());
    const std::size_t before = chosen.arguments.size();
    while (take_word("when")) {
      chosen.arguments.push_back(read_expression());
      expect_word("then");
      chosen.arguments.push_back(read_expression());
    }
    if (chosen.arguments.size() == before) throw unexpected();
    chosen.arguments.push_back(take_word("else") ? read_expression() : literal(Null{}));
    expect_word("end");
    return measured(std::move(chosen));
  }

  Expression read_call() {
    const std::string name = tokens_[at_].lower;
    at_ += 2;
    const auto* aggregate = std::ranges::find(kAggregates, name, &AggregateName::name);
    if (aggregate != std::end(kAggregates)) return read_aggregate(aggregate->of);
    if (name == "cast") {
      Expression operand = read_expression();
      expect_word("as");
      const std::string type = to_lower_ascii(take_name());
      // The size of a type, as DECIMAL(10, 2) has one.
      if (take_sign("("))
        while (!take_sign(")")) {
          if (peek().kind != Token::Kind::Number && !is_sign(",")) throw unexpected();
          ++at_;
        }
      expect_sign(")");
      return call(type, list_of(std::move(operand)));
    }
    if (name == "trim") return read_trim();
    std::vector<Expression> arguments;
    // The part of a date is a word, not a column.
    const bool has_part = name == "extract" || name == "date_add" || name == "date_diff";
    if (has_part) {
      arguments.push_back(literal(take_name()));
      if (name == "extract")
        expect_word("from");
      else
        expect_sign(",");
    }
    if (!take_sign(")")) {
      do arguments.push_back(read_expression());
      while (take_sign(","));
      if (name == "substring" && take_word("from")) {
        arguments.push_back(read_expression());
        if (take_word("for")) arguments.push_back(read_expression());
      }
      expect_sign(")");
    }
    if (name == "utcnow" && arguments.empty()) return literal(now_);
    return call(name, std::move(arguments));
  }

  /// `TRIM([LEADING | TRAILING | BOTH] [characters] [FROM] text)`.
  Expression read_trim() {
    std::string name = "trim";
    if (take_word("leading"))
      name = "trim leading";
    else if (take_word("trailing"))
      name = "trim trailing";
    else
      take_word("both");
    std::vector<Expression> arguments;
    if (!is_word("from")) arguments.push_back(read_expression());
    if (take_word("from")) arguments.insert(arguments.begin(), read_expression());
    expect_sign(")");
    return call(name, std::move(arguments));
  }

  Expression read_aggregate(Aggregate::Of of) {
    if (!may_aggregate_) throw Error(conditions::kSelectUnsupportedSyntax, {{"reason", "An aggregate function stands where none may stand."}});
    Aggregate aggregate{.of = of};
    may_aggregate_ = false;
    if (!(of == Aggregate::Of::Count && take_sign("*"))) aggregate.argument = read_expression();
    may_aggregate_ = true;
    expect_sign(")");
    statement_.aggregates.push_back(std::move(aggregate));
    return {.kind = Kind::Aggregate, .aggregate = statement_.aggregates.size() - 1};
  }

  std::vector<Token> tokens_;
  const Moment now_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool may_aggregate_ = true;
  Statement statement_;
};

}  // namespace

Statement parse_statement(std::string_view sql, Moment now) {
  if (sql.size() > kMaxExpression) throw Error(conditions::kSelectUnexpectedToken, {{"reason", "The SQL expression is too long: its maximum length is 256 KB."}});
  return StatementReader(split_tokens(sql), now).read();
}

}  // namespace lab::s3::select
