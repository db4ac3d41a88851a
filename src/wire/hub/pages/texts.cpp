#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {

std::string say(const Call& call, Text text, std::initializer_list<std::string_view> values) {
  const std::string_view pattern = text.in(language_of(call.request));
  std::string said;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_place = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
    if (!is_place) {
      said += pattern[i];
      continue;
    }
    said += std::data(values)[pattern[i + 1] - '0'];
    i += 2;
  }
  return said;
}

}  // namespace lab::wire::hub::pages
