#include "wire/hub/apps_origin.h"

#include "net/origin.h"

namespace lab::wire::hub {

std::string apps_origin(const Service& service, const net::Request& request) {
  const auto door = service.apps.door();
  return door ? (door->has_tls ? "https://" : "http://") + std::string(net::host_name(request)) + ":" + std::to_string(door->port) : std::string();
}

}  // namespace lab::wire::hub
