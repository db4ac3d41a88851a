#include "analyze/special_moment.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "compute/calendar.h"
#include "compute/zone.h"

namespace lab::analyze {
namespace {

using types::TypeKind;

constexpr std::int64_t kDay = 86'400'000'000;

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::int64_t> special_moment(const plan::bound::ExpressionPtr& text, const types::DataType& type, const plan::bound::Policy& policy) {
  if (!type.is_datetime() || !text->type.is_text()) return std::nullopt;
  const auto* literal = std::get_if<plan::bound::LiteralNode>(&text->node);
  if (!literal || literal->value.is_null()) return std::nullopt;
  const std::string_view written = without_blanks(literal->value.text());
  std::size_t end = 0;
  while (end < written.size() && std::isalpha(static_cast<unsigned char>(written[end]))) ++end;
  std::string word(written.substr(0, end));
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool is_day = word == "today" || word == "yesterday" || word == "tomorrow";
  if (!is_day && word != "epoch" && word != "now") return std::nullopt;
  const std::string_view place = without_blanks(written.substr(end));
  const compute::Zone* zone = compute::Zone::try_find(place.empty() ? std::string_view(policy.time_zone) : place);
  if (!zone) return std::nullopt;
  const bool is_date = type.is(TypeKind::Date), has_zone = type.is(TypeKind::Timestamp);
  if (word == "epoch") return 0;
  const std::int64_t local = zone->local_of_utc(policy.now_micros);
  const std::int64_t day = compute::floor_divide(local, kDay) + (word == "yesterday" ? -1 : word == "tomorrow" ? 1 : 0);
  if (is_date) return day;
  if (word == "now") return has_zone ? policy.now_micros : local;
  return has_zone ? zone->utc_of_local(day * kDay) : day * kDay;
}

}  // namespace lab::analyze
