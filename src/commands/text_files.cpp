#include "commands/text_files.h"

#include "commands/conditions.h"

namespace lab::commands {

std::vector<engine::WrittenFile> write_text_files(const plan::bound::Query&, const std::string& format, const std::vector<int>&, const plan::Options&,
                                                  const std::filesystem::path&, Statement&) {
  throw Error(conditions::kUnsupportedFeature, {{"feature", "writing " + format + " files"}, {"hint", "Write Delta or Parquet."}});
}

}  // namespace lab::commands
