#include <algorithm>
#include <map>

#include "base/error.h"
#include "functions/rows.h"

namespace lab::functions {

namespace {

const std::vector<const FunctionRow*>& table() {
  static const std::vector<const FunctionRow*> rows = [] {
    std::vector<const FunctionRow*> all;
    for (const Rows& family : {kOperatorRows, kConditionalRows, kMathRows, kTextRows, kPatternRows, kDateTimeRows,
                               kAggregateRows, kWindowRows, kArrayRows, kMapRows, kLambdaRows, kStructRows,
                               kGeneratorRows, kHashRows, kJsonRows, kConversionRows, kMiscRows, kTimeWindowRows, kCryptoRows,
                               kVariantRows, kSketchRows, kXmlRows, kVectorRows, kNotYetRows}) {
      for (const FunctionRow& row : family) all.push_back(&row);
    }
    std::ranges::sort(
        all, {}, [](const FunctionRow* row) { return std::pair(row->name, row->since_version == Since::Spark4Only); });
    return all;
  }();
  return rows;
}

bool knows(Since since, bool is_spark4) { return since == Since::All || (since == Since::Spark4Only) == is_spark4; }

// An alias is its target under another name; the copy is made once.

const std::map<const FunctionRow*, std::unique_ptr<const FunctionRow>>& aliases() {
  static const auto made = [] {
    std::map<const FunctionRow*, std::unique_ptr<const FunctionRow>> copies;
    for (const FunctionRow* row : table()) {
      if (row->alias_of.empty()) continue;
      const auto& all = table();
      const auto target = std::ranges::find_if(
          all, [&](const FunctionRow* other) { return other->name == row->alias_of && other->alias_of.empty(); });
      LAB_CHECK(target != all.end(), std::string(row->name));
      auto copy = std::make_unique<FunctionRow>(**target);
      copy->name = row->name;
      copy->alias_of = row->alias_of;
      copy->since_version = row->since_version;
      copies.emplace(row, std::move(copy));
    }
    return copies;
  }();
  return made;
}

}  // namespace

const FunctionRow* find_function(std::string_view name, bool is_spark4) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto all = all_functions();
  auto at =
      std::ranges::lower_bound(all, std::string_view(lower), {}, [](const FunctionRow* row) { return row->name; });
  for (; at != all.end() && (*at)->name == lower; ++at) {
    if (knows((*at)->since_version, is_spark4)) return *at;
  }
  return nullptr;
}

std::span<const FunctionRow* const> all_functions() {
  static const std::vector<const FunctionRow*> rows = [] {
    std::vector<const FunctionRow*> all;
    for (const FunctionRow* row : table()) all.push_back(row->alias_of.empty() ? row : aliases().at(row).get());
    return all;
  }();
  return rows;
}

}  // namespace lab::functions
