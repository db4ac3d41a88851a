#include "engine/malformed_record.h"

#include "engine/unreadable_file.h"

namespace lab::engine {

void raise_unreadable(const scan::TextScan& scan, std::size_t file, const std::string& reason) {
  raise_unreadable(scan.files[file], scan.is_spark4, reason);
}

void raise_malformed(const scan::TextScan& scan, std::size_t file, std::string_view record) {
  constexpr std::size_t kMaxShown = 1024;
  raise_unreadable(scan, file,
                   "[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] Malformed records are detected in record parsing: " + std::string(record.substr(0, kMaxShown)) +
                       ". Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.");
}

}  // namespace lab::engine
