#include "compute/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>

#include "base/error.h"

namespace lab::compute {

namespace {

using Breaks = std::unique_ptr<icu::BreakIterator>;

std::vector<std::string> words_of(const icu::UnicodeString& sentence, const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const Breaks breaks(icu::BreakIterator::createWordInstance(locale, status));
  LAB_CHECK(U_SUCCESS(status), "word breaks");
  breaks->setText(sentence);
  std::vector<std::string> words;
  bool after_currency = false;
  for (std::int32_t begin = breaks->first(), end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next()) {
    const UChar32 first = sentence.char32At(begin);
    const bool is_word = u_isalpha(first) || u_isdigit(first);
    // Java keeps a currency sign and its amount together.
    if (is_word && !(after_currency && u_isdigit(first))) {
      std::string word;
      sentence.tempSubStringBetween(begin, end).toUTF8String(word);
      words.push_back(std::move(word));
    }
    after_currency = u_charType(first) == U_CURRENCY_SYMBOL;
  }
  return words;
}

}  // namespace

std::vector<std::vector<std::string>> sentences(std::string_view text, std::string_view language, std::string_view country) {
  const icu::Locale locale(std::string(language.empty() ? "en" : language).c_str(), std::string(country).c_str());
  const icu::UnicodeString whole = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  UErrorCode status = U_ZERO_ERROR;
  const Breaks breaks(icu::BreakIterator::createSentenceInstance(locale, status));
  LAB_CHECK(U_SUCCESS(status), "sentence breaks");
  breaks->setText(whole);
  std::vector<std::vector<std::string>> found;
  for (std::int32_t begin = breaks->first(), end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next())
    found.push_back(words_of(whole.tempSubStringBetween(begin, end), locale));
  return found;
}

}  // namespace lab::compute
