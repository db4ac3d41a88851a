#include "store/crash/explorer.h"

#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_set>

#include <fmt/format.h>

#include "base/ids.h"
#include "store/crash/disk_model.h"

namespace lab::store::crash {
namespace {

using Random = std::mt19937_64;
constexpr std::uint64_t kAllSectors = ~0ull;
// States are numbered so that a longer recording keeps the numbers of a shorter one.
constexpr std::uint64_t kPointsPerVariant = 1'000'000;
// Few pending things have few variants: an exploration ends when a whole pass brought nothing new.
constexpr std::uint64_t kFewestVariants = 50;

const char* name_of(DiskOperation::Kind kind) {
  constexpr const char* kNames[] = {"create", "write", "truncate", "sync", "sync folder", "make folder", "rename", "link", "remove", "remove folder"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// A torn write: a part from the front, from the back, or any sectors.
std::uint64_t draw_sectors(Random& random, std::size_t num_bytes) {
  const auto num_sectors = std::min<std::size_t>(64, num_bytes / 512 + 1);
  const auto cut = random() % num_sectors;
  switch (random() % 3) {
    case 0: return cut == 0 ? 0 : kAllSectors >> (64 - cut);
    case 1: return cut == 0 ? kAllSectors : kAllSectors << cut;
    default: return random();
  }
}

/// What a crash does to each of the pending things, by the number of the variant.
std::vector<Fate> draw_fates(const std::vector<DiskModel::Pending>& pending, std::uint64_t variant, Random& random) {
  const auto count = pending.size();
  std::vector<Fate> fates(count, Fate{.is_kept = variant != 1});
  if (variant < 2 || count == 0) return fates;
  const auto set_all = [&](bool is_kept) { fates.assign(count, Fate{.is_kept = is_kept}); };
  const auto one = random() % count;
  switch (random() % 6) {
    case 0:  // one is lost
      fates[one].is_kept = false;
      break;
    case 1:  // one alone is kept
      set_all(false);
      fates[one].is_kept = true;
      break;
    case 2:  // one is torn
      fates[one].sectors = draw_sectors(random, pending[one].num_bytes);
      break;
    case 3:  // the first ones, and a part of the next
      set_all(false);
      for (std::size_t i = 0; i <= one; ++i) fates[i].is_kept = true;
      fates[one].sectors = draw_sectors(random, pending[one].num_bytes);
      break;
    default: {  // any, torn or not
      const auto chance = 1 + random() % 7;
      for (std::size_t i = 0; i < count; ++i) {
        fates[i].is_kept = random() % 8 < chance;
        if (random() % 4 == 0) fates[i].sectors = draw_sectors(random, pending[i].num_bytes);
      }
    }
  }
  return fates;
}

std::uint64_t fingerprint(const std::vector<DiskModel::Pending>& pending, const std::vector<Fate>& fates, std::size_t place) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ull ^ place;
  const auto mix = [&hash](std::uint64_t value) {
    hash ^= value + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2);
    hash *= 0xBF58476D1CE4E5B9ull;
  };
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const auto sectors = pending[i].num_bytes == 0 ? kAllSectors : fates[i].sectors;
    mix(pending[i].operation * 2 + (fates[i].is_kept ? 1 : 0));
    if (fates[i].is_kept) mix(pending[i].num_bytes > 512 * 63 ? sectors : sectors & ((1ull << (pending[i].num_bytes / 512 + 1)) - 1));
  }
  return hash;
}

/// What is in flight when the crash comes: the last step that was acknowledged, and whether the next had begun.
struct Progress {
  std::size_t acknowledged = 0;
  bool has_next_begun = false;
};

/// One thread's part: its folder, and the checks.
class Checker {
 public:
  Checker(const Recording& recording, std::filesystem::path folder, bool keeps_disk)
      : recording_(recording), folder_(std::move(folder)), keeps_disk_(keeps_disk) {
    std::filesystem::create_directories(folder_.parent_path());
  }
  ~Checker() {
    std::error_code ignored;
    if (!keeps_disk_) std::filesystem::remove_all(folder_, ignored);
  }

  /// Why the state is not right; empty when it is.
  std::string check(const DiskModel& model, const std::vector<Fate>& fates, const Progress& progress, bool goes_on) {
    model.rebuild(fates, folder_);
    auto what = open_and_compare(progress, goes_on);
    if (keeps_disk_) model.rebuild(fates, folder_);
    return what;
  }

 private:
  std::string open_and_compare(const Progress& progress, bool goes_on) {
    try {
      auto store = open();
      const auto found = read_contents(*store);
      if (auto difference = compare(found, progress); !difference.empty()) return difference;
      if (goes_on) return go_on(std::move(store), found);
      return {};
    } catch (const std::exception& failure) {
      return fmt::format("  {}\n", failure.what());
    }
  }

  std::unique_ptr<Store> open() {
    StoreOptions options;
    options.schemas = {workload_schema()};
    options.collect_every = options.scrub_every = std::chrono::seconds(0);
    options.max_readers = 2;
    return Store::open(folder_ / "data", std::move(options), disk_, clock_);
  }

  std::string compare(const Contents& found, const Progress& progress) const {
    if (progress.acknowledged == 0) {
      // Whoever has not been told that the lab is up was promised nothing.
      if (found.empty() || found == recording_.moments[0].contents) return {};
      return print_difference({}, found);
    }
    const auto& before = recording_.moments[progress.acknowledged - 1];
    if (found == before.contents) return {};
    if (!progress.has_next_begun) return print_difference(before.contents, found);
    const auto& after = recording_.moments[progress.acknowledged];
    if (found == after.contents) return {};
    if (after.is_many && is_between(before.contents, found, after.contents)) return {};
    return "  neither what was acknowledged:\n" + print_difference(before.contents, found) + "  nor what was under way:\n" +
           print_difference(after.contents, found);
  }

  static bool is_between(const Contents& before, const Contents& found, const Contents& after) {
    const auto fact = [](const Contents& contents, const std::string& subject) {
      const auto there = contents.find(subject);
      return there == contents.end() ? std::string() : there->second;
    };
    for (const auto* side : {&before, &found, &after})
      for (const auto& [subject, ignored] : *side)
        if (const auto is = fact(found, subject); is != fact(before, subject) && is != fact(after, subject)) return false;
    return true;
  }

  /// The store works on: it takes changes, collects leftovers, opens again and holds the same.
  std::string go_on(std::unique_ptr<Store> store, const Contents& found) {
    Change change({"ann", "test", "after the crash"});
    change.create_bucket("after", "ann");
    auto blob = store->write_blob("fine", {.checksums = {ChecksumKind::Md5}});
    auto etag = to_hex(blob.digest(ChecksumKind::Md5));
    change.put_object({.bucket = "after", .key = "k", .content = ObjectContent::of(std::move(blob)), .etag = std::move(etag)});
    store->apply(std::move(change));
    store->collect();
    store.reset();
    store = open();
    auto later = read_contents(*store);
    std::erase_if(later, [](const auto& each) { return each.first.find(" after") != std::string::npos; });
    if (later == found) return {};
    return "  after it went on and was opened again:\n" + print_difference(found, later);
  }

  const Recording& recording_;
  const std::filesystem::path folder_;
  const bool keeps_disk_;
  RealDisk disk_;
  ManualClock clock_;
};

/// Goes through the crash points in order, once for each variant.
class Explorer {
 public:
  Explorer(const Recording& recording, const ExploreOptions& options) : recording_(recording), options_(options) {}

  Exploration run() {
    if (options_.only_state) {
      walk(*options_.only_state / kPointsPerVariant, options_.keep_in.empty() ? scratch_folder() : options_.keep_in);
    } else {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < options_.num_threads; ++i) threads.emplace_back([this] { work(); });
    }
    return {explored_, std::move(violations_)};
  }

 private:
  static std::filesystem::path scratch_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    return base / ("lab-crash-" + random_hex(6));
  }

  void work() {
    const auto folder = scratch_folder();
    while (!is_done()) {
      const auto variant = next_variant_++;
      if (walk(variant, folder) == 0 && variant > kFewestVariants) return;
    }
  }

  bool is_done() const { return explored_ >= options_.num_states || is_full_; }

  /// One variant at every crash point. Answers how many states were new.
  std::uint64_t walk(std::uint64_t variant, const std::filesystem::path& folder) {
    const auto points = recording_.operations.size() + 1;
    DiskModel model(recording_.root);
    Checker checker(recording_, folder, !options_.keep_in.empty());
    std::uint64_t num_new = 0;
    for (std::size_t point = 0; point < points && !is_done(); ++point) {
      if (point > 0) model.apply(recording_.operations[point - 1]);
      const auto state = variant * kPointsPerVariant + point;
      if (options_.only_state && *options_.only_state != state) continue;
      const auto pending = model.pending();
      Random random(options_.seed * 0x9E3779B97F4A7C15ull + state);
      const auto fates = draw_fates(pending, variant, random);
      const auto progress = find_progress(point);
      if (!is_new(fingerprint(pending, fates, point))) continue;
      ++num_new;
      const auto what = checker.check(model, fates, progress, state % 8 == 0);
      count(state, point, pending, fates, progress, what);
    }
    return num_new;
  }

  Progress find_progress(std::size_t point) const {
    Progress progress;
    const auto& moments = recording_.moments;
    while (progress.acknowledged < moments.size() && moments[progress.acknowledged].acknowledged <= point) ++progress.acknowledged;
    progress.has_next_begun = progress.acknowledged < moments.size() && moments[progress.acknowledged].begun < point;
    return progress;
  }

  bool is_new(std::uint64_t print) {
    const std::lock_guard lock(mutex_);
    return seen_.insert(print).second;
  }

  void count(std::uint64_t state, std::size_t point, const std::vector<DiskModel::Pending>& pending, const std::vector<Fate>& fates,
             const Progress& progress, const std::string& what) {
    const auto explored = ++explored_;
    if (options_.on_progress && explored % 1000 == 0) options_.on_progress(explored);
    if (what.empty()) return;
    auto text = fmt::format("a crash after operation {} of {}, in `{}`:\n", point, recording_.operations.size(),
                            recording_.moments[std::min(progress.acknowledged, recording_.moments.size() - 1)].step);
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const auto& made = recording_.operations[pending[i].operation];
      const bool is_torn = fates[i].sectors != kAllSectors && pending[i].num_bytes > 0;
      text += fmt::format("  {:>5} {} {} {}+{}\n", !fates[i].is_kept ? "lost" : is_torn ? "torn" : "kept", name_of(made.kind),
                          made.path.lexically_relative(recording_.root).string(), made.offset, made.bytes.size());
    }
    const std::lock_guard lock(mutex_);
    if (violations_.size() < options_.max_violations) violations_.push_back({state, text + what});
    if (violations_.size() >= options_.max_violations) is_full_ = true;
  }

  const Recording& recording_;
  const ExploreOptions& options_;
  std::atomic<std::uint64_t> next_variant_{0};
  std::atomic<std::uint64_t> explored_{0};
  std::atomic<bool> is_full_{false};
  std::mutex mutex_;
  std::unordered_set<std::uint64_t> seen_;
  std::vector<Violation> violations_;
};

}  // namespace

Exploration explore(const Recording& recording, const ExploreOptions& options) { return Explorer(recording, options).run(); }

}  // namespace lab::store::crash
