#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"

namespace lab::s3 {

net::Response serve_list_objects_v2(Call& call) {
  const auto start_after = call.head.parameter("start-after");
  const auto token = call.head.parameter("continuation-token");
  // An empty one continues nothing: clients write it for the first page.
  ListedPage page = list_page(call, token && !token->empty() ? read_token(*token) : std::string(start_after.value_or("")));
  if (start_after && !start_after->empty()) page.list.start_after = std::string(*start_after);
  if (token) page.list.continuation_token = std::string(*token);
  if (page.list.is_truncated) page.list.next_continuation_token = write_token(page.next);
  page.list.with_owner = call.head.parameter("fetch-owner").value_or("") == "true";
  return xml_response(write_object_list_v2(page.list));
}

}  // namespace lab::s3
