#pragma once

#include <string>

#include "app/cli/s3_place.h"
#include "store/backup.h"

/// Long work over a whole store, in the running lab or in this process, and what it tells people.
namespace lab::app::cli {

/// Has the running lab do it and waits, with a line of progress on a terminal. Throws JOB_FAILED with the lab's words.
store::BackupResult run_store_job(S3Session& lab, const std::string& kind, lab::s3::NameValues parameters, bool as_json);

/// Bodies, bytes, what is damaged. Answers the exit code: 1 when something is.
int print_store_report(const store::BackupResult& result, bool as_json);

/// `12,000 of 40,000 bodies, 1.2 GB` on a terminal; gone at its end.
class ProgressLine {
 public:
  explicit ProgressLine(bool as_json);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(std::uint64_t blobs, std::uint64_t all_blobs, std::uint64_t bytes) const;

 private:
  const bool is_shown_;
};

}  // namespace lab::app::cli
