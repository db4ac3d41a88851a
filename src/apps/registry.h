#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "apps/app.h"
#include "store/store.h"

namespace lab::apps {

/// The tables of this module, for StoreOptions::schemas.
store::SchemaSpec apps_schema();

/// What was deployed. Each change is one of the store, its line of the audit trail in it. Thread-safe; changes block for disk.
class Registry {
 public:
  /// What it is given must outlive it.
  Registry(store::Store& store, access::Access& access);

  /// Deploys an app, or deploys it anew when it is of the same owner. `app.deployed` is set here. Throws INVALID_APP_NAME, APP_NAME_TAKEN,
  /// TOO_MANY_APPS, INVALID_APP for an audience that is not there, NO_SUCH_USER.
  App deploy(App app, const store::Origin& by);
  /// Throws NO_SUCH_APP, INVALID_APP.
  App set_audience(const std::string& name, Audience audience, const store::Origin& by);
  /// Throws NO_SUCH_APP.
  void remove(const std::string& name, const store::Origin& by);

  std::optional<App> find(std::string_view name) const;
  /// Throws NO_SUCH_APP.
  App get(const std::string& name) const;
  /// By name.
  std::vector<App> list() const;

 private:
  void check_audience(const Audience& audience) const;
  /// Under `changing_`.
  void put(const App& app, const char* action, const store::Origin& by);

  store::Store& store_;
  access::Access& access_;
  std::mutex changing_;  ///< one change at a time, held over its write
  mutable std::mutex mutex_;
  std::map<std::string, App, std::less<>> apps_;
};

}  // namespace lab::apps
