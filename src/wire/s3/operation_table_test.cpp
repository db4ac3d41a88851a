#include "wire/s3/operation_table.h"

#include <set>

#include <gtest/gtest.h>

#include "net/conditions.h"
#include "store/conditions.h"
#include "wire/s3/errors.h"

namespace lab::s3 {
namespace {

RequestHead head_for(const Operation& operation) {
  RequestHead head;
  head.method = std::string(operation.method);
  if (!operation.sub_resource.empty()) head.query.emplace_back(operation.sub_resource, operation.value);
  if (!operation.second.empty()) head.query.emplace_back(operation.second, "1");
  if (!operation.header.empty()) head.headers.emplace_back(operation.header, "x");
  return head;
}

}  // namespace

TEST(OperationTable, reaches_every_row_by_its_own_request) {
  std::set<std::string_view> names;
  for (const Operation& operation : operation_table()) {
    EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
    EXPECT_EQ(find_operation(head_for(operation), operation.scope), &operation) << operation.name;
  }
}

TEST(OperationTable, gives_every_row_exactly_one_way_to_answer) {
  for (const Operation& operation : operation_table()) {
    const int ways = (operation.handler != nullptr) + (operation.streaming != nullptr) + operation.is_missing +
                     (operation.absent != nullptr);
    EXPECT_EQ(ways, 1) << operation.name;
    EXPECT_TRUE(!operation.takes_document || operation.handler != nullptr) << operation.name;
  }
}

TEST(OperationTable, ignores_parameters_that_name_no_operation) {
  RequestHead head;
  head.method = "PUT";
  head.query = {{"x-id", "PutObject"}};
  EXPECT_EQ(find_operation(head, Scope::Object)->name, "PutObject");
  head.method = "PATCH";
  EXPECT_EQ(find_operation(head, Scope::Object), nullptr);
}

TEST(ErrorTranslation, gives_every_kind_a_condition_of_s3) {
  for (int i = 0; i <= static_cast<int>(Kind::Internal); ++i) {
    const Condition condition("SOMETHING", "", static_cast<Kind>(i), "secret reason");
    const Error translated = translate_error(Error(condition));
    const ErrorRow* row = find_error_row(translated.condition());
    ASSERT_NE(row, nullptr) << i;
    EXPECT_EQ(translated.message().find('<'), std::string::npos) << translated.message();
    const bool is_ours = condition.kind == Kind::Internal || condition.kind == Kind::Corruption || condition.kind == Kind::Runtime;
    EXPECT_EQ(row->status == 500, is_ours) << i;
    // What went wrong inside is for the log alone.
    if (row->status == 500) EXPECT_EQ(translated.message().find("secret"), std::string::npos);
  }
}

TEST(ErrorTranslation, knows_what_the_store_and_the_network_say) {
  const auto code = [](const Condition& condition) { return translate_error(Error(condition)).condition().name; };
  EXPECT_EQ(code(store::conditions::kNoSuchBucket), "NoSuchBucket");
  EXPECT_EQ(code(store::conditions::kNoSuchKey), "NoSuchKey");
  EXPECT_EQ(code(store::conditions::kPreconditionFailed), "PreconditionFailed");
  EXPECT_EQ(code(store::conditions::kPartTooSmall), "EntityTooSmall");
  EXPECT_EQ(code(store::conditions::kStoreFailed), "ServiceUnavailable");
  EXPECT_EQ(code(net::conditions::kBodyCut), "IncompleteBody");
  EXPECT_EQ(code(net::conditions::kHeadTooLarge), "RequestHeaderSectionTooLarge");
}

TEST(ErrorTranslation, names_bucket_and_key) {
  const net::Response response = error_response(Error(store::conditions::kNoSuchKey), "/b/a%20b?x=1", "h", "R", "");
  const std::string& body = std::get<std::string>(response.body);
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(body.find("<BucketName>b</BucketName>"), std::string::npos) << body;
  EXPECT_NE(body.find("<Key>a b</Key>"), std::string::npos) << body;
  EXPECT_NE(body.find("<Resource>/b/a b</Resource>"), std::string::npos) << body;
}

}  // namespace lab::s3
