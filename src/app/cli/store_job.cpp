#include "app/cli/store_job.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/conditions.h"
#include "base/error.h"

namespace lab::app::cli {
namespace {

constexpr auto kAskEvery = std::chrono::milliseconds(200);

std::uint64_t number_of(const lab::s3::XmlElement& report, std::string_view name) { return lab::s3::parse_number(report.text_of(name)).value_or(0); }

store::BackupResult read_result(const lab::s3::XmlElement& report) {
  store::BackupResult result{.commit = {static_cast<std::int64_t>(number_of(report, "Commit"))},
                             .blobs = number_of(report, "Blobs"),
                             .bytes = number_of(report, "Bytes"),
                             .copied = number_of(report, "Copied"),
                             .damages = {}};
  const auto* damages = report.find("Damages");
  for (const auto& each : damages == nullptr ? std::vector<lab::s3::XmlElement>() : damages->children) {
    store::Damage damage{.blob = {}, .what = std::string(each.text_of("What"))};
    for (const auto& child : each.children)
      if (child.name == "Object") damage.objects.push_back(child.text);
    result.damages.push_back(std::move(damage));
  }
  return result;
}

}  // namespace

ProgressLine::ProgressLine(bool as_json) : is_shown_(!as_json && ::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::fprintf(stderr, "\r\033[K");
}

void ProgressLine::show(std::uint64_t blobs, std::uint64_t all_blobs, std::uint64_t bytes) const {
  if (!is_shown_) return;
  std::fprintf(stderr, "\r\033[K%llu of %llu stored bodies, %.1f MB", static_cast<unsigned long long>(blobs), static_cast<unsigned long long>(all_blobs), static_cast<double>(bytes) / 1e6);
}

store::BackupResult run_store_job(S3Session& lab, const std::string& kind, lab::s3::NameValues parameters, bool as_json) {
  parameters.emplace_back("Kind", kind);
  lab.ask_iam("DflabStartJob", std::move(parameters));
  const ProgressLine line(as_json);
  for (;;) {
    const auto report = lab.ask_iam("DflabShowJob", {});
    const auto state = report.text_of("State");
    if (state == "failed") throw Error(conditions::kJobFailed, {{"kind", kind}, {"reason", std::string(report.text_of("Failure"))}});
    if (state == "done") return read_result(report);
    line.show(number_of(report, "Blobs"), number_of(report, "AllBlobs"), number_of(report, "Bytes"));
    std::this_thread::sleep_for(kAskEvery);
  }
}

int print_store_report(const store::BackupResult& result, bool as_json) {
  if (as_json) {
    auto damages = nlohmann::json::array();
    for (const auto& damage : result.damages) damages.push_back({{"what", damage.what}, {"objects", damage.objects}});
    const nlohmann::json document{{"blobs", result.blobs}, {"bytes", result.bytes}, {"copied", result.copied}, {"commit", result.commit.value}, {"damages", damages}};
    std::printf("%s\n", document.dump(2).c_str());
    return result.damages.empty() ? 0 : 1;
  }
  std::printf("%llu stored bodies, %llu bytes: %zu damaged\n", static_cast<unsigned long long>(result.blobs), static_cast<unsigned long long>(result.bytes), result.damages.size());
  for (const auto& damage : result.damages)
    for (const auto& object : damage.objects) std::printf("  %s: %s; restore it from another copy\n", object.c_str(), damage.what.c_str());
  return result.damages.empty() ? 0 : 1;
}

}  // namespace lab::app::cli
