#include <ranges>

#include "wire/hub/api/models.h"
#include "wire/hub/operations.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {
namespace {

constexpr std::int64_t kShownLines = 200;

}  // namespace

net::Response audit(Service& service, Call& call) {
  api::require_everywhere(call, "admin-ui");
  access::AuditFilter filter{.limit = kShownLines};
  const bool only_refused = call.query_value("only") == "refused";
  if (only_refused) filter.outcome = access::AuditOutcome::Refused;
  std::string content = "<h1>" + say(call, "Audit trail") + "</h1><p>" + say(call, "The newest decisions of the lab. {0} has them all.", {"<code>SELECT * FROM lab.audit</code>"}) + " ";
  content += only_refused ? "<a href='/hub/audit'>" + say(call, "Show all") : "<a href='/hub/audit?only=refused'>" + say(call, "Show refusals only");
  content += "</a></p><div class=table><table><tr>";
  for (const Text heading : std::initializer_list<Text>{"Time", "User", "By", "Action", "Object", "Outcome", "Times"}) content += "<th>" + say(call, heading);
  content += "</tr>";
  for (const access::AuditLine& line : service.access.audit().read(filter) | std::views::reverse) {
    const access::AuditEvent& event = line.event;
    content += "<tr><td class=soft>" + iso_time(line.time).substr(0, 19) + "<td><b>" + escape_html(event.user) + "</b><td>" + escape_html(event.protocol) + "<td>" + escape_html(event.action) + "<td>" + escape_html(event.object) + "<td>" +
               std::string(access::outcome_name(event.outcome)) + (event.cause.empty() ? "" : " <small class=soft>" + escape_html(event.cause) + "</small>") + "<td>" + std::to_string(line.times) + "</tr>";
  }
  return page(call, say(call, "Audit trail"), content + "</table></div>");
}

}  // namespace lab::wire::hub::pages
