#include "lake/delta/actions.h"

namespace lab::lake::delta {

std::string DeletionVector::unique_id() const {
  std::string id = storage + path_or_inline;
  if (offset) id += "@" + std::to_string(*offset);
  return id;
}

}  // namespace lab::lake::delta
