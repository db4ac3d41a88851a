#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab::compute {

/// Words of sentences, by Unicode's rules of breaking. Signs are no words, nor is an amount that begins with its currency.
std::vector<std::vector<std::string>> sentences(std::string_view text, std::string_view language, std::string_view country);

}  // namespace lab::compute
