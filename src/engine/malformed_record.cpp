#include "engine/malformed_record.h"

#include "engine/conditions.h"
#include "engine/kernels/raise.h"

namespace lab::engine {

std::string file_uri(const scan::DataFile& file) { return file.uri.empty() ? "file://" + file.path : file.uri; }

void raise_unreadable(const scan::TextScan& scan, std::size_t file, const std::string& reason) {
  const std::string uri = file_uri(scan.files[file]);
  if (scan.is_spark4) raise(conditions::kFailedReadFile, {{"path", uri}});
  raise(conditions::kFailedReadFile35, {{"path", uri}, {"message", reason}});
}

void raise_malformed(const scan::TextScan& scan, std::size_t file, std::string_view record) {
  constexpr std::size_t kMaxShown = 1024;
  raise_unreadable(scan, file,
                   "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] Malformed records are detected in record parsing: " + std::string(record.substr(0, kMaxShown)) +
                       ". Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.");
}

}  // namespace lab::engine
