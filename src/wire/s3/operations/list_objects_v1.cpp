#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"

namespace lab::s3 {

net::Response serve_list_objects_v1(Call& call) {
  const std::string marker(call.head.parameter("marker").value_or(""));
  ListedPage page = list_page(call, marker);
  page.list.marker = marker;
  page.list.with_owner = true;
  // Without a delimiter a client goes on from the last key itself.
  if (page.list.is_truncated && !page.list.delimiter.empty()) page.list.next_marker = page.next;
  return xml_response(write_object_list_v1(page.list));
}

}  // namespace lab::s3
