#include "remote/ldap/escapes.h"

#include <gtest/gtest.h>

namespace lab::ldap {
namespace {

TEST(LdapEscapes, nothing_in_a_name_means_anything_in_a_filter) {
  // The examples of RFC 4515, section 4.
  EXPECT_EQ(escape_in_filter("Parens R Us (for all your parenthetical needs)"), "Parens R Us \\28for all your parenthetical needs\\29");
  EXPECT_EQ(escape_in_filter("*"), "\\2a");
  EXPECT_EQ(escape_in_filter("C:\\MyFile"), "C:\\5cMyFile");
  EXPECT_EQ(escape_in_filter("Lu\xc4\x8di\xc4\x87"), "Lu\\c4\\8di\\c4\\87");
  EXPECT_EQ(escape_in_filter(std::string("\0\x04", 2)), "\\00\\04");
}

TEST(LdapEscapes, nothing_in_a_name_means_anything_in_a_distinguished_name) {
  EXPECT_EQ(escape_in_name("James \"Jim\" Smith, III"), "James \\22Jim\\22 Smith\\2c III");
  EXPECT_EQ(escape_in_name(" #a+b=c;<d>\\ "), "\\20\\23a\\2bb\\3dc\\3b\\3cd\\3e\\5c\\20");
  EXPECT_EQ(escape_in_name("a b"), "a b");
}

TEST(LdapEscapes, what_replaces_is_not_looked_at_again) {
  EXPECT_EQ(fill_template("(&(a={user})(b={dn}))", {{"user", "{dn}"}, {"dn", "{user}"}}), "(&(a={dn})(b={user}))");
  EXPECT_EQ(fill_template("{", {{"user", "x"}}), "{");
  EXPECT_EQ(fill_template("{other}", {{"user", "x"}}), "{other}");
}

}  // namespace
}  // namespace lab::ldap
