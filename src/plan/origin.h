#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"

namespace lab::plan {

/// Where a node came from in the user's words. SQL: the whole text and the node's range in it (bytes, stop inclusive).
/// DataFrame: `call_site` as the 4.x client reports it, and the fragment (`col`, `div`).
struct Origin {
  std::shared_ptr<const std::string> sql_text;
  int start = -1, stop = -1;
  int line = 0, column = 0;
  std::string object_type, object_name;  ///< set inside a view's body
  std::string fragment, call_site;

  bool is_known() const { return start >= 0 || !call_site.empty(); }
};

/// The context that Spark would attach to an error raised at `origin`.
QueryContext query_context(const Origin& origin);

}  // namespace lab::plan
