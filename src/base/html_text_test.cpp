#include "base/html_text.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

TEST(HtmlText, leaves_no_way_out_of_text_and_attributes) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&amp;"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html("naïve"), "naïve");
  EXPECT_EQ(escape_html(""), "");
}

}  // namespace
}  // namespace lab
