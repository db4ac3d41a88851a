#include "scan/csv_record.h"

#include <gtest/gtest.h>

namespace lab::scan {
namespace {

/// The fields of one line; what is absent shows as `-`.
std::vector<std::string> fields_of(const std::string& line, QuoteHandling handling, std::string* problem = nullptr) {
  CsvOptions options;
  options.quote_handling = handling;
  CsvRecordReader reader(options);
  std::vector<std::string> texts;
  for (const CsvField& field : reader.split(line)) texts.push_back(field.text.empty() && !field.is_quoted ? "-" : std::string(field.text));
  if (problem) *problem = reader.problem();
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST(CsvRecord, a_quote_that_closes_too_early_is_handled_as_asked) {
  const std::string line = R"("a"b,c)";
  EXPECT_EQ(fields_of(line, QuoteHandling::StopAtDelimiter), (Texts{R"("a"b)", "c"}));
  EXPECT_EQ(fields_of(line, QuoteHandling::StopAtClosingQuote), (Texts{R"(a"b,c)"}));
  EXPECT_EQ(fields_of(line, QuoteHandling::BackToDelimiter), (Texts{"ab,c"}));
  EXPECT_EQ(fields_of(line, QuoteHandling::SkipValue), (Texts{"-", "c"}));
  std::string problem;
  fields_of(line, QuoteHandling::RaiseError, &problem);
  EXPECT_FALSE(problem.empty());
}

TEST(CsvRecord, quotes_that_close_a_field_are_the_same_to_all) {
  for (const QuoteHandling handling : {QuoteHandling::StopAtDelimiter, QuoteHandling::StopAtClosingQuote, QuoteHandling::BackToDelimiter,
                                       QuoteHandling::SkipValue, QuoteHandling::RaiseError}) {
    std::string problem;
    EXPECT_EQ(fields_of(R"("x","y)", handling, &problem), (Texts{"x", "y"}));
    EXPECT_EQ(fields_of(R"("a\"b" ,c)", handling, &problem), (Texts{R"(a"b)", "c"}));
    EXPECT_EQ(fields_of(R"(z"w,v)", handling, &problem), (Texts{R"(z"w)", "v"}));
    EXPECT_TRUE(problem.empty());
  }
}

}  // namespace lab::scan
