#include "commands/system_tables.h"

#include <mutex>

#include "commands/conditions.h"
#include "commands/listing.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

/// By the columns that catalog/system_tables.cpp declares.
types::Values audit_row(const access::AuditLine& line) {
  const access::AuditEvent& event = line.event;
  return {types::Value{static_cast<std::int64_t>(line.time.time_since_epoch().count())},
          text_value(event.user),
          text_value(event.protocol),
          text_value(event.action),
          text_value(event.object),
          text_value(std::string(access::outcome_name(event.outcome))),
          event.cause.empty() ? types::Value{} : text_value(event.cause),
          types::Value{line.times},
          text_value(event.credential)};
}

class AuditSource final : public scan::TableSource {
 public:
  /// `trail` must outlive it.
  AuditSource(types::Schema schema, std::string name, access::AuditTrail& trail) : schema_(std::move(schema)), name_(std::move(name)), trail_(trail) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  std::shared_ptr<const std::string> arrow_stream() const override {
    std::call_once(is_read_, [this] {
      std::vector<types::Values> rows;
      for (const access::AuditLine& line : trail_.read()) rows.push_back(audit_row(line));
      rows_ = make_table(schema_, rows).arrow_stream;
    });
    return rows_;
  }

 private:
  const types::Schema schema_;
  const std::string name_;
  access::AuditTrail& trail_;
  mutable std::once_flag is_read_;
  mutable std::shared_ptr<const std::string> rows_;
};

}  // namespace

std::shared_ptr<const scan::TableSource> open_system_table(const catalog::Table& entry, const Statement& statement) {
  const access::Access& access = statement.world().access;
  const auto user = access.find_user(statement.session().user());
  const std::string name = types::quote_parts({catalog::kCatalogName, entry.database, entry.name});
  if (!user || !user->is_admin) throw Error(conditions::kInsufficientPermissions, {{"report", "User does not have permission SELECT on table " + name + "."}});
  return std::make_shared<const AuditSource>(entry.schema, name, access.audit());
}

}  // namespace lab::commands
