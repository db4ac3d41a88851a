#include "functions/signature.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/error.h"
#include "types/type_text.h"

namespace lab::functions {

using types::DataType;

namespace {

constexpr std::array<std::pair<std::string_view, TypeClass>, 10> kClasses{{{"any", TypeClass::Any},
                                                                           {"numeric", TypeClass::Numeric},
                                                                           {"integral", TypeClass::Integral},
                                                                           {"fractional", TypeClass::Fractional},
                                                                           {"text", TypeClass::Text},
                                                                           {"decimal", TypeClass::Decimal},
                                                                           {"datetime", TypeClass::Datetime},
                                                                           {"orderable", TypeClass::Orderable},
                                                                           {"struct", TypeClass::AnyStruct},
                                                                           {"interval", TypeClass::Interval}}};

class SignatureParser {
 public:
  explicit SignatureParser(std::string_view text) : text_(text) {}

  Signature parse() {
    Signature signature;
    expect("(");
    while (!accept(")")) {
      if (!signature.parameters.empty()) expect(",");
      signature.parameters.push_back(parse_parameter());
    }
    expect("->");
    signature.result = parse_pattern();
    LAB_CHECK(rest().empty(), std::string(text_));
    return signature;
  }

 private:
  std::string_view rest() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return text_.substr(at_);
  }
  bool accept(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) { LAB_CHECK(accept(token), std::string(text_) + " at " + std::string(rest())); }
  std::string word() {
    rest();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Parameter parse_parameter() {
    Parameter parameter;
    parameter.name = word();
    parameter.optional = accept("?");
    expect(":");
    do parameter.alternatives.push_back(parse_pattern());
    while (accept("|"));
    if (accept("...")) {
      parameter.repeated = true;
      parameter.optional = accept("?");
    }
    return parameter;
  }

  Pattern parse_pattern() {
    Pattern pattern;
    const std::string name = word();
    LAB_CHECK(!name.empty(), std::string(text_));
    if (name.size() == 1 && std::isupper(static_cast<unsigned char>(name[0]))) {
      pattern.kind = Pattern::Kind::Variable;
      pattern.variable = name[0];
    } else if (name == "array" || name == "map" || (name == "struct" && rest().starts_with("<"))) {
      pattern.kind = name == "array" ? Pattern::Kind::Array
                     : name == "map" ? Pattern::Kind::Map
                                     : Pattern::Kind::Struct;
      expect("<");
      do {
        if (name == "struct") {
          pattern.names.push_back(word());
          expect(":");
        }
        pattern.children.push_back(parse_pattern());
      } while (accept(","));
      expect(">");
    } else if (name == "lambda") {
      pattern.kind = Pattern::Kind::Lambda;
      expect("(");
      bool optional = false;
      while (!accept(")")) {
        if (accept("[")) optional = true;
        accept(",");
        pattern.children.push_back(parse_pattern());
        if (!optional) ++pattern.num_required;
        if (optional) accept("]");
      }
      expect("->");
      pattern.children.push_back(parse_pattern());
    } else if (name == "decimal" && accept("(")) {
      const int precision = std::stoi(word());
      expect(",");
      pattern.exact = DataType::decimal(precision, std::stoi(word()));
      expect(")");
    } else {
      const auto* found =
          std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& entry) { return entry.first == name; });
      if (found != kClasses.end()) {
        pattern.kind = Pattern::Kind::Class;
        pattern.type_class = found->second;
      } else {
        pattern.exact = named_type(name);
      }
    }
    return pattern;
  }

  DataType named_type(const std::string& name) {
    if (name == "void") return {};
    if (name == "calendar_interval") return types::TypeKind::CalendarInterval;
    if (name == "day_time") return DataType::day_time();
    if (name == "year_month") return DataType::year_month();
    if (name == "variant") return types::TypeKind::Variant;
    return types::parse_type(name);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string pattern_name(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact:
      return types::quoted_sql(pattern.exact);
    case Pattern::Kind::Array:
      return pattern.children[0].kind == Pattern::Kind::Exact
                 ? "\"ARRAY<" + types::sql_string(pattern.children[0].exact) + ">\""
                 : "\"ARRAY\"";
    case Pattern::Kind::Map:
      return "\"MAP\"";
    case Pattern::Kind::Struct:
      return "\"STRUCT\"";
    case Pattern::Kind::Lambda:
      return "\"LAMBDA\"";
    case Pattern::Kind::Variable:
      return pattern.variable == 'N' ? "\"NUMERIC\"" : "\"ANY\"";
    case Pattern::Kind::Class:
      break;
  }
  switch (pattern.type_class) {
    case TypeClass::Numeric:
      return "\"NUMERIC\"";
    case TypeClass::Integral:
      return "\"INTEGRAL\"";
    case TypeClass::Fractional:
      return "\"FRACTIONAL\"";
    case TypeClass::Text:
      return "\"STRING\"";
    case TypeClass::Decimal:
      return "\"DECIMAL\"";
    case TypeClass::Datetime:
      return "(\"DATE\" or \"TIMESTAMP\")";
    case TypeClass::Interval:
      return "\"INTERVAL\"";
    case TypeClass::AnyStruct:
      return "\"STRUCT\"";
    default:
      return "\"ANY\"";
  }
}

}  // namespace

std::size_t Signature::minimum() const {
  return static_cast<std::size_t>(
      std::count_if(parameters.begin(), parameters.end(), [](const Parameter& p) { return !p.optional; }));
}

std::size_t Signature::maximum() const {
  const bool repeats = std::any_of(parameters.begin(), parameters.end(), [](const Parameter& p) { return p.repeated; });
  return repeats ? kUnlimited : parameters.size();
}

const Parameter& Signature::parameter(std::size_t i) const {
  return i < parameters.size() ? parameters[i] : parameters.back();
}

Signature parse_signature(std::string_view text) { return SignatureParser(text).parse(); }

std::string required_type(const Parameter& parameter) {
  if (parameter.alternatives.size() == 1) return pattern_name(parameter.alternatives[0]);
  std::string text = "(";
  for (const Pattern& pattern : parameter.alternatives) text += (text.size() > 1 ? " or " : "") + pattern_name(pattern);
  return text + ")";
}

}  // namespace lab::functions
