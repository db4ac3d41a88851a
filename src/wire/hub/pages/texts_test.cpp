#include "wire/hub/pages/texts.h"

#include <gtest/gtest.h>

namespace lab::wire::hub::pages {
namespace {

net::Request request_with(net::Headers headers) {
  net::Request request;
  request.headers = std::move(headers);
  return request;
}

Language spoken(std::string accepted) { return language_of(request_with({{"accept-language", std::move(accepted)}})); }

TEST(Language, IsTheBestOfWhatABrowserAccepts) {
  EXPECT_EQ(language_of(request_with({})), Language::English);
  EXPECT_EQ(spoken("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7"), Language::Portuguese);
  EXPECT_EQ(spoken("de-CH, FR-ch ;q=0.5, en;q=0.4"), Language::French);
  EXPECT_EQ(spoken("en;q=0.4,pt ; q=0.6"), Language::Portuguese);
  EXPECT_EQ(spoken("de, ja;q=0.9"), Language::English);
}

TEST(Language, IsNotChosenByNonsense) {
  EXPECT_EQ(spoken("fr;q=0"), Language::English);
  EXPECT_EQ(spoken("fr;q=much"), Language::English);
  EXPECT_EQ(spoken(",,;;,q=1,"), Language::English);
  EXPECT_EQ(spoken("french"), Language::English);
}

TEST(Language, OfTheCookieWins) {
  EXPECT_EQ(language_of(request_with({{"accept-language", "pt"}, {"cookie", "a=b; dflab-language=fr"}})), Language::French);
  EXPECT_EQ(language_of(request_with({{"accept-language", "pt"}, {"cookie", "dflab-language=xx"}})), Language::Portuguese);
}

std::size_t count_places(std::string_view text, char digit) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) count += text[i] == '{' && text[i + 1] == digit && text[i + 2] == '}';
  return count;
}

TEST(Texts, AreSoundInEveryLanguage) {
  for (const TextRow& row : kTexts)
    for (const std::string_view text : row) {
      EXPECT_FALSE(text.empty()) << row[0];
      EXPECT_EQ(text.find_first_of("<>'\""), std::string_view::npos) << text;
      for (char digit = '0'; digit <= '9'; ++digit) EXPECT_EQ(count_places(text, digit), count_places(row[0], digit)) << text;
    }
}

TEST(Texts, FillInWhatTheyHavePlacesFor) {
  Call call;
  EXPECT_EQ(say(call, "{0} of {1} a process", {"1 GiB", "4 GiB"}), "1 GiB of 4 GiB a process");
  call.request = request_with({{"accept-language", "fr"}});
  EXPECT_EQ(say(call, "The server {1} of {0} does not run", {"ann", "second"}), "Le serveur second de ann n’est pas en marche");
}

}  // namespace
}  // namespace lab::wire::hub::pages
