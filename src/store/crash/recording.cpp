#include "store/crash/explorer.h"
#include "store/journal/observed_vfs.h"
#include "store/test_folder.h"

namespace lab::store::crash {
namespace {

constexpr int kCheckpointPages = 60;

/// SQLite's calls in the words of the disk.
DiskOperation to_disk_operation(const journal::ObservedVfs::Operation& operation, std::size_t begun) {
  using Call = journal::ObservedVfs::Call;
  using Kind = DiskOperation::Kind;
  DiskOperation made{.path = operation.path, .offset = operation.offset, .bytes = std::string(operation.bytes), .begun = begun};
  switch (operation.call) {
    case Call::Create: made.kind = Kind::Create; break;
    case Call::Write: made.kind = Kind::Write; break;
    case Call::Truncate: made.kind = Kind::Truncate; break;
    case Call::Sync: made.kind = Kind::Sync; break;
    case Call::SyncFolder: made.kind = Kind::SyncFolder; break;
    case Call::Remove: made.kind = Kind::Remove; break;
  }
  return made;
}

}  // namespace

Recording record_workload(int num_rounds, std::function<bool(const DiskOperation&)> forgets) {
  TestFolder folder;
  RealDisk real;
  RecordingDisk disk(real);
  if (forgets) disk.leave_out(std::move(forgets));
  // Told before the call is made; only the writer touches these files, so that order is that of the calls.
  journal::ObservedVfs vfs("crash-recording-" + random_hex(4), [&disk](const journal::ObservedVfs::Operation& operation) {
    if (!operation.path.empty()) disk.note(to_disk_operation(operation, disk.num_operations()));
    return true;
  });
  Recording recording{.root = folder.path()};
  Scene scene;
  scene.reopen = [&] {
    scene.store.reset();
    StoreOptions options;
    options.schemas = {workload_schema()};
    options.collect_every = options.scrub_every = std::chrono::seconds(0);
    options.checkpoint_pages = kCheckpointPages;
    options.journal_vfs = vfs.name();
    scene.store = Store::open(folder.path() / "data", std::move(options), disk, scene.clock);
  };
  const auto run = [&](const Step& step) {
    Recording::Moment moment{.step = step.name, .begun = disk.num_operations(), .is_many = step.is_many};
    step.run(scene);
    moment.acknowledged = disk.num_operations();
    moment.contents = read_contents(*scene.store);
    recording.moments.push_back(std::move(moment));
    scene.clock.advance(std::chrono::seconds(1));
  };
  run({"open", [](Scene& s) { s.reopen(); }});
  for (int round = 0; round < num_rounds; ++round)
    for (const auto& step : make_round(round)) run(step);
  run(make_puts_at_once());
  recording.operations = disk.operations();
  scene.store.reset();
  return recording;
}

}  // namespace lab::store::crash
