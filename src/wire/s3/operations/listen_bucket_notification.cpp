#include "wire/s3/event_stream.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_listen_bucket_notification(Call& call) {
  std::vector<std::string> events;
  for (const auto& [name, value] : call.head.query)
    if (name == "events") events.push_back(value);
  NotificationRule rule = listening_rule(events, call.head.parameter("prefix").value_or(""), call.head.parameter("suffix").value_or(""));
  net::Response response;
  response.set("Content-Type", "text/event-stream");
  response.set("Cache-Control", "no-cache");
  response.set("X-Accel-Buffering", "no");
  response.body = net::FlowingBody{std::make_shared<EventStream>(call.service, call.objects().get_bucket(call.address.bucket), std::move(rule))};
  return response;
}

}  // namespace lab::s3
