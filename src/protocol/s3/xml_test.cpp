#include "protocol/s3/xml.h"

#include <gtest/gtest.h>

#include "protocol/s3/documents.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {

TEST(Xml, reads_elements_text_and_references) {
  const auto root = parse_xml("<?xml version='1.0'?><!-- c --><a:Root xmlns:a=\"u\"><K>x &amp; &#x41;&#66;</K>"
                              "<K><![CDATA[<y>]]></K><Empty/></a:Root>\n");
  EXPECT_EQ(root.name, "Root");
  ASSERT_EQ(root.children.size(), 3u);
  EXPECT_EQ(root.children[0].text, "x & AB");
  EXPECT_EQ(root.children[1].text, "<y>");
  EXPECT_EQ(root.find("Nope"), nullptr);
}

TEST(Xml, refuses_what_is_not_well_formed_and_every_document_type) {
  for (const std::string_view text :
       {"", "x", "<a>", "<a></b>", "<a", "<a/><b/>", "<a>&x;</a>", "<a>&#0;</a>", "<a b></a>", "<a b=c></a>", "<1/>",
        "<a>&", "<a><![CDATA[", "<a><!--", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<!DOCTYPE a SYSTEM 'u'><a/>"}) {
    EXPECT_THROW(parse_xml(text), Error) << text;
  }
}

TEST(Xml, bounds_depth_elements_and_size) {
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "<a>";
  for (int i = 0; i < 17; ++i) deep += "</a>";
  EXPECT_THROW(parse_xml(deep), Error);
  std::string wide = "<a>";
  for (int i = 0; i < 20; ++i) wide += "<b/>";
  wide += "</a>";
  EXPECT_THROW(parse_xml(wide, {.max_elements = 20}), Error);
  EXPECT_NO_THROW(parse_xml(wide, {.max_elements = 21}));
  EXPECT_THROW(parse_xml(wide, {.max_bytes = 10}), Error);
}

TEST(Xml, writes_text_that_reads_back) {
  XmlWriter xml;
  xml.open("a");
  const std::string hard = "<&>\"'\t\r\n\xC3\xA9";
  xml.element("k", hard);
  const auto root = parse_xml(std::move(xml).finish());
  EXPECT_EQ(root.text_of("k"), hard);
}

TEST(Documents, reads_parts_to_complete) {
  const auto parts = parse_complete_upload(
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber>"
      "<ETag>\"aa\"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part><Part><ETag>bb</ETag><PartNumber>7</PartNumber>"
      "</Part></CompleteMultipartUpload>");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].etag, "aa");
  EXPECT_EQ(parts[0].checksum->value, std::string(4, '\0'));
  EXPECT_EQ(parts[1].number, 7);
  EXPECT_THROW(parse_complete_upload("<CompleteMultipartUpload/>"), Error);
  EXPECT_THROW(parse_complete_upload("<Delete/>"), Error);
}

TEST(Documents, reads_what_to_delete) {
  const auto request = parse_delete_request(
      "<Delete><Quiet>true</Quiet><Object><Key>a b</Key></Object><Object><Key>c</Key><ETag>\"e\"</ETag></Object></Delete>");
  EXPECT_TRUE(request.is_quiet);
  ASSERT_EQ(request.objects.size(), 2u);
  EXPECT_EQ(request.objects[1].etag, "e");
  EXPECT_THROW(parse_delete_request("<Delete/>"), Error);
  std::string many = "<Delete>";
  for (int i = 0; i < 1001; ++i) many += "<Object><Key>k</Key></Object>";
  EXPECT_THROW(parse_delete_request(many + "</Delete>"), Error);
}

TEST(Documents, reads_a_location_or_none) {
  EXPECT_EQ(parse_create_bucket(""), "");
  EXPECT_EQ(parse_create_bucket("<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                                "</CreateBucketConfiguration>"),
            "eu-west-1");
}

TEST(Documents, limits_user_metadata_and_tags) {
  EXPECT_EQ(collect_user_metadata({{"x-amz-meta-a", "1"}, {"x-amz-meta-a", "2"}, {"other", "3"}}),
            (NameValues{{"a", "1,2"}}));
  EXPECT_THROW(collect_user_metadata({{"x-amz-meta-a", std::string(2048, 'x')}}), Error);
  EXPECT_EQ(parse_tagging_header("a=1&b=x%20y"), (NameValues{{"a", "1"}, {"b", "x y"}}));
  EXPECT_THROW(parse_tagging_header("a=1&a=2"), Error);
}

TEST(S3Errors, write_their_capitalised_parameters) {
  const Error error(conditions::kNoSuchKey, {{"Key", "a<b"}, {"reason", "hidden"}});
  const auto root = parse_xml(write_error(error, "/b/a<b", "R1"));
  EXPECT_EQ(root.name, "Error");
  EXPECT_EQ(root.text_of("Code"), "NoSuchKey");
  EXPECT_EQ(root.text_of("Key"), "a<b");
  EXPECT_EQ(root.text_of("RequestId"), "R1");
  EXPECT_EQ(root.find("reason"), nullptr);
}

TEST(S3Errors, all_have_a_status_that_fits_an_error) {
  for (const ErrorRow& row : error_rows()) {
    EXPECT_TRUE(row.status == 304 || (row.status >= 400 && row.status < 600)) << row.condition->name;
    EXPECT_EQ(find_error_row(*row.condition), &row);
  }
  EXPECT_EQ(find_error_row(lab::conditions::kInternalError), nullptr);
}

}  // namespace lab::s3
