#include <filesystem>

#include "access/secret_words.h"
#include "store/backup.h"
#include "wire/s3/errors.h"
#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {
namespace {

store::BackupResult scrub_all(store::Store& store, store::StoreProgress& progress) {
  auto found = store.scrub(&progress);
  return {.commit = store.last_commit(), .blobs = found.blobs, .bytes = found.bytes, .damages = std::move(found.damages)};
}

std::string_view name_of(StoreJobs::State state) {
  constexpr std::string_view kNames[] = {"none", "running", "done", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace

void start_job(IamCall& iam) {
  const auto kind = iam.given("Kind");
  auto& service = iam.call.service;
  auto& store = service.store;
  if (kind == "scrub") {
    service.jobs.start(kind, [&store](store::StoreProgress& progress) { return scrub_all(store, progress); });
  } else if (kind == "backup") {
    const std::filesystem::path folder = iam.given("Folder");
    if (!folder.is_absolute()) throw Error(conditions::kIamValidation, {{"reason", "Folder must be an absolute path."}});
    service.jobs.start(kind, [&store, folder](store::StoreProgress& progress) { return store::back_up(store, folder, {access::kSecretsFile}, &progress); });
  } else {
    throw Error(conditions::kIamValidation, {{"reason", "Kind is scrub or backup."}});
  }
  iam.xml.element("Kind", kind);
}

void show_job(IamCall& iam) {
  const auto report = iam.call.service.jobs.report();
  iam.xml.element("Kind", report.kind);
  iam.xml.element("State", name_of(report.state));
  iam.xml.element("Blobs", report.blobs);
  iam.xml.element("AllBlobs", report.all_blobs);
  iam.xml.element("Bytes", report.bytes);
  iam.xml.element("Copied", report.result.copied);
  iam.xml.element("Commit", static_cast<std::uint64_t>(report.result.commit.value));
  if (!report.failure.empty()) iam.xml.element("Failure", report.failure);
  iam.xml.open("Damages");
  for (const auto& damage : report.result.damages) {
    iam.xml.open("member");
    iam.xml.element("What", damage.what);
    for (const auto& object : damage.objects) iam.xml.element("Object", object);
    iam.xml.close();
  }
  iam.xml.close();
}

}  // namespace lab::s3
