#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace lab::net {

/// One row of a table of routes. A pattern is literal segments, `{name}` for one segment, and `{name*}` at the end for
/// the rest: `/api/v1/runs/{id}/artifacts/{path*}`.
template <typename Handler>
struct Route {
  Method method;
  std::string_view pattern;
  Handler handler;
};

namespace detail {
/// Matches a raw path; on success `parameters` holds the decoded ones in the pattern's order.
bool match_path(std::string_view pattern, std::string_view raw_path, Headers& parameters);
}  // namespace detail

/// Finds the row for a request. Segments are decoded one by one and never normalised, so `..` and `%2F` are plain
/// text of a parameter. Rows are tried in their order. The rows must outlive the router.
template <typename Handler>
class Router {
 public:
  explicit Router(std::span<const Route<Handler>> routes) : routes_(routes) {}

  struct Match {
    const Route<Handler>* route = nullptr;  ///< nullptr when the path is known, but not with this method
    Headers parameters;                     ///< by their names in the pattern
  };

  /// Absent when no row has such a path.
  std::optional<Match> match(Method method, std::string_view raw_path) const {
    bool is_known = false;
    for (const Route<Handler>& route : routes_) {
      Headers parameters;
      if (!detail::match_path(route.pattern, raw_path, parameters)) continue;
      is_known = true;
      const bool fits = route.method == method || (method == Method::Head && route.method == Method::Get);
      if (fits) return Match{&route, std::move(parameters)};
    }
    return is_known ? std::optional(Match{}) : std::nullopt;
  }

  std::span<const Route<Handler>> routes() const { return routes_; }

 private:
  std::span<const Route<Handler>> routes_;
};

}  // namespace lab::net
