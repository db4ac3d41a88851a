#include <charconv>

#include "base/error.h"
#include "base/letter_case.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"
#include "wire/hub/origin.h"
#include "wire/hub/pages/texts.h"
#include "wire/hub/visitor.h"

namespace lab::wire::hub::pages {
namespace {

/// One range of Accept-Language.
struct AcceptedLanguage {
  std::string_view tag;
  double weight = 1;
};

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

AcceptedLanguage read_accepted(std::string_view range) {
  const std::size_t end = range.find(';');
  AcceptedLanguage accepted{.tag = without_blanks(range.substr(0, end))};
  if (end == std::string_view::npos) return accepted;
  const std::string_view parameter = without_blanks(range.substr(end + 1));
  if (!parameter.starts_with("q=")) return accepted;
  const std::string_view number = parameter.substr(2);
  // A weight that is none gives the range no weight, so that nonsense chooses nothing.
  if (std::from_chars(number.data(), number.data() + number.size(), accepted.weight).ec != std::errc()) accepted.weight = 0;
  return accepted;
}

}  // namespace

std::optional<Language> find_language(std::string_view tag) {
  const std::string_view first = tag.substr(0, tag.find('-'));
  for (std::size_t i = 0; i < kLanguageCount; ++i) {
    const std::string_view known = kLanguages[i].tag;
    if (equal_ignoring_case(first, known.substr(0, known.find('-')))) return static_cast<Language>(i);
  }
  return std::nullopt;
}

Language language_of(const net::Request& request) {
  if (const auto chosen = find_language(find_cookie(request, kLanguageCookie))) return *chosen;
  Language best = Language::English;
  double best_weight = 0;
  std::string_view rest = request.header("accept-language").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const AcceptedLanguage accepted = read_accepted(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto language = find_language(accepted.tag);
    if (!language || accepted.weight <= best_weight) continue;
    best = *language;
    best_weight = accepted.weight;
  }
  return best;
}

net::Response choose_language(Service&, Call& call) {
  const auto language = find_language(call.query_value("to"));
  if (!language) throw Error(conditions::kBadBody, {{"reason", "The pages do not speak that language"}});
  net::Response response = redirect(safe_next(call.query_value("next")));
  set_language_cookie(call, row_of(*language).tag, response);
  return response;
}

}  // namespace lab::wire::hub::pages
