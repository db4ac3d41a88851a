#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lab::catalog {

/// Which of this machine's files a person's queries may name by path: what lies below a `closed` folder only when it lies
/// below an `open` one too. The engine reads with the lab's own rights; without this its journal and everybody's home would be
/// a `spark.read.text` away. Links are followed before it is asked. Immutable.
class LocalFence {
 public:
  LocalFence(const std::vector<std::filesystem::path>& closed, const std::vector<std::filesystem::path>& open);

  bool is_closed(const std::filesystem::path& path) const;
  /// Throws PATH_NOT_ALLOWED.
  void check(const std::filesystem::path& path) const;
  /// The same for a folder as a whole, whose files may be read, replaced and removed: nothing closed lies in it either.
  void check_contents(const std::filesystem::path& folder) const;

 private:
  std::vector<std::filesystem::path> closed_, open_;
};

/// The fence of each user; none: nothing is closed.
using FenceOf = std::function<std::shared_ptr<const LocalFence>(const std::string& user)>;

}  // namespace lab::catalog
