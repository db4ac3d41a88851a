#include "compute/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "compute/json_document.h"
#include "compute/real_math.h"

namespace lab::compute {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::optional<element> JsonDocument::parse(std::string_view json) {
  padded_ = simdjson::padded_string(json);
  element root;
  if (parser_.parse(padded_).get(root) != simdjson::SUCCESS) return {};
  return root;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(std::string& out, const element& value) {
  switch (value.type()) {
    case element_type::OBJECT: {
      out += '{';
      bool first = true;
      for (const auto field : value.get_object().value_unsafe()) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, field.key);
        out += ':';
        append_json(out, field.value);
      }
      out += '}';
      break;
    }
    case element_type::ARRAY: {
      out += '[';
      bool first = true;
      for (const auto item : value.get_array().value_unsafe()) {
        if (!first) out += ',';
        first = false;
        append_json(out, item);
      }
      out += ']';
      break;
    }
    case element_type::STRING:
      append_json_string(out, value.get_string().value_unsafe());
      break;
    case element_type::INT64:
      out += std::to_string(value.get_int64().value_unsafe());
      break;
    case element_type::UINT64:
      out += std::to_string(value.get_uint64().value_unsafe());
      break;
    case element_type::DOUBLE:
      out += real_text(value.get_double().value_unsafe());
      break;
    case element_type::BOOL:
      out += value.get_bool().value_unsafe() ? "true" : "false";
      break;
    default:
      out += "null";
  }
}

std::string json_text(const element& value) {
  if (value.type() == element_type::STRING) return std::string(value.get_string().value_unsafe());
  std::string text;
  append_json(text, value);
  return text;
}

namespace {

JsonDocument& document() {
  thread_local JsonDocument made;
  return made;
}

struct PathStep {
  enum class Kind : std::uint8_t { Name, Index, AnyIndex, AnyName } kind = Kind::Name;
  std::string name;
  std::size_t index = 0;
};

std::optional<std::vector<PathStep>> parse_path(std::string_view path) {
  if (path.empty() || path[0] != '$') return {};
  std::vector<PathStep> steps;
  for (std::size_t i = 1; i < path.size();) {
    if (path[i] == '.') {
      const auto end = std::min(path.find_first_of(".[", i + 1), path.size());
      const std::string_view name = path.substr(i + 1, end - i - 1);
      if (name.empty()) return {};
      steps.push_back({name == "*" ? PathStep::Kind::AnyName : PathStep::Kind::Name, std::string(name), 0});
      i = end;
    } else if (path[i] == '[') {
      if (path.substr(i).starts_with("['")) {
        const auto end = path.find("']", i);
        if (end == std::string_view::npos) return {};
        const std::string_view name = path.substr(i + 2, end - i - 2);
        steps.push_back({name == "*" ? PathStep::Kind::AnyName : PathStep::Kind::Name, std::string(name), 0});
        i = end + 2;
      } else {
        const auto end = path.find(']', i);
        if (end == std::string_view::npos) return {};
        const std::string_view inner = path.substr(i + 1, end - i - 1);
        if (inner == "*") {
          steps.push_back({PathStep::Kind::AnyIndex, {}, 0});
        } else {
          std::size_t index = 0;
          if (inner.empty() ||
              std::from_chars(inner.data(), inner.data() + inner.size(), index).ptr != inner.data() + inner.size())
            return {};
          steps.push_back({PathStep::Kind::Index, {}, index});
        }
        i = end + 1;
      }
    } else {
      return {};
    }
  }
  return steps;
}

void walk(const element& value, const std::vector<PathStep>& steps, std::size_t at, std::vector<element>& found) {
  if (at == steps.size()) {
    if (!value.is_null()) found.push_back(value);
    return;
  }
  const PathStep& step = steps[at];
  if (value.type() == element_type::OBJECT) {
    for (const auto field : value.get_object().value_unsafe()) {
      if (step.kind == PathStep::Kind::AnyName) walk(field.value, steps, at + 1, found);
      if (step.kind == PathStep::Kind::Name && field.key == step.name) return walk(field.value, steps, at + 1, found);
    }
  } else if (value.type() == element_type::ARRAY) {
    std::size_t index = 0;
    for (const auto item : value.get_array().value_unsafe()) {
      if (step.kind == PathStep::Kind::AnyIndex) walk(item, steps, at + 1, found);
      if (step.kind == PathStep::Kind::Index && index == step.index) return walk(item, steps, at + 1, found);
      // A name behind `[*]` looks into each element.
      if (step.kind == PathStep::Kind::Name && at > 0 && steps[at - 1].kind == PathStep::Kind::AnyIndex)
        walk(item, steps, at, found);
      ++index;
    }
  }
}

}  // namespace

std::optional<std::string> get_json_object(std::string_view json, std::string_view path) {
  const auto steps = parse_path(path);
  if (!steps) return {};
  const auto root = document().parse(json);
  if (!root) return {};
  std::vector<element> found;
  walk(*root, *steps, 0, found);
  if (found.empty()) return {};
  const bool many =
      std::ranges::any_of(*steps, [](const PathStep& step) { return step.kind == PathStep::Kind::AnyIndex; });
  if (!many || found.size() == 1) {
    if (!many) return json_text(found[0]);
    std::string text;
    append_json(text, found[0]);
    return text;
  }
  std::string text = "[";
  for (const element& value : found) {
    if (text.size() > 1) text += ',';
    append_json(text, value);
  }
  return text + "]";
}

std::optional<std::string> json_field(std::string_view json, std::string_view name) {
  const auto root = document().parse(json);
  if (!root || root->type() != element_type::OBJECT) return {};
  element value;
  if (root->at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return {};
  return json_text(value);
}

std::optional<std::int32_t> json_array_length(std::string_view json) {
  const auto root = document().parse(json);
  if (!root || root->type() != element_type::ARRAY) return {};
  return static_cast<std::int32_t>(root->get_array().value_unsafe().size());
}

std::optional<std::vector<std::string>> json_object_keys(std::string_view json) {
  const auto root = document().parse(json);
  if (!root || root->type() != element_type::OBJECT) return {};
  std::vector<std::string> keys;
  for (const auto field : root->get_object().value_unsafe()) keys.emplace_back(field.key);
  return keys;
}

std::string relaxed_json(std::string_view json) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"' || c == '\'') {
      out += '"';
      for (++i; i < json.size() && json[i] != c; ++i) {
        if (json[i] == '\\' && i + 1 < json.size()) {
          if (json[i + 1] != '\'') out += json[i];
          out += json[++i];
        } else {
          if (json[i] == '"') out += '\\';
          out += json[i];
        }
      }
      out += '"';
      continue;
    }
    bool special = false;
    for (const std::string_view word : {"NaN", "-Infinity", "+Infinity", "Infinity", "-INF", "+INF", "INF"}) {
      if (!json.substr(i).starts_with(word)) continue;
      out += '"' + std::string(word) + '"';
      i += word.size() - 1;
      special = true;
      break;
    }
    if (special) continue;
    out += c;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return out;
}

}  // namespace lab::compute
