#include "wire/spark/conditions.h"
#include "wire/spark/rpcs.h"

namespace lab::wire::spark {

void config(Hub& hub, const access::Identity& identity, const proto::ConfigRequest& request, proto::ConfigResponse& response) {
  const std::optional<std::string> seen =
      request.has_client_observed_server_side_session_id() ? std::optional(request.client_observed_server_side_session_id()) : std::nullopt;
  const Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), seen);
  session::Session& session = *client.session;
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  const auto add = [&](const std::string& key, const std::optional<std::string>& value) {
    auto* pair = response.add_pairs();
    pair->set_key(key);
    if (value) pair->set_value(*value);
  };
  const auto& operation = request.operation();
  switch (operation.op_type_case()) {
    case proto::ConfigRequest_Operation::kSet:
      for (const auto& pair : operation.set().pairs()) {
        try {
          session.set_setting(pair.key(), pair.value());
          add(pair.key(), pair.value());
        } catch (const Error& error) {
          // The builder's options: what cannot be set now is told and passed over.
          if (!operation.set().silent()) throw;
          response.add_warnings(error.what());
        }
      }
      return;
    case proto::ConfigRequest_Operation::kGet:
      for (const std::string& key : operation.get().keys()) {
        const auto value = session.setting(key);
        if (!value) throw Error(conditions::kSettingNotFound, {{"sqlConf", "\"" + key + "\""}});
        add(key, value);
      }
      return;
    case proto::ConfigRequest_Operation::kGetWithDefault:
      for (const auto& pair : operation.get_with_default().pairs()) {
        // The caller's default counts before Spark's own.
        auto value = session.explicit_setting(pair.key());
        if (!value) value = pair.has_value() ? pair.value() : session.setting(pair.key());
        add(pair.key(), value);
      }
      return;
    case proto::ConfigRequest_Operation::kGetOption:
      for (const std::string& key : operation.get_option().keys()) add(key, session.setting(key));
      return;
    case proto::ConfigRequest_Operation::kGetAll: {
      const auto& all = operation.get_all();
      for (const auto& [key, value] : session.settings(all.has_prefix() ? std::optional(all.prefix()) : std::nullopt)) add(key, value);
      return;
    }
    case proto::ConfigRequest_Operation::kUnset:
      for (const std::string& key : operation.unset().keys()) {
        session.unset_setting(key);
        add(key, std::nullopt);
      }
      return;
    case proto::ConfigRequest_Operation::kIsModifiable:
      for (const std::string& key : operation.is_modifiable().keys()) add(key, session.is_setting_modifiable(key) ? "true" : "false");
      return;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "config operation is not set"}});
  }
}

}  // namespace lab::wire::spark
