#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>

#include "store/crash/explorer.h"

namespace {

constexpr const char* kUsage =
    "explore [--states N] [--rounds N] [--seed N] [--threads N] [--state NUMBER [--keep FOLDER]]\n"
    "\n"
    "Records a run of the store, rebuilds the disk as crashes may leave it, opens the store on each and holds it against\n"
    "what its clients were told. Ends with 1 when something acknowledged is lost or something else is half there.\n"
    "  --states N    different states to explore (100000)\n"
    "  --rounds N    rounds of the workload (3)\n"
    "  --seed N      draws other losses (1)\n"
    "  --threads N   (all processors)\n"
    "  --state N     only this state; with --keep its disk is left in a folder\n";

bool read_number(const char* text, std::uint64_t& number) {
  const auto* end = text + std::strlen(text);
  return std::from_chars(text, end, number).ptr == end;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lab::store::crash;
  ExploreOptions options{.num_states = 100'000, .num_threads = std::max(1u, std::thread::hardware_concurrency())};
  std::uint64_t rounds = 3, threads = options.num_threads, state = 0;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--keep") {
      options.keep_in = value;
      continue;
    }
    auto* number = name == "--states"    ? &options.num_states
                   : name == "--rounds"  ? &rounds
                   : name == "--seed"    ? &options.seed
                   : name == "--threads" ? &threads
                   : name == "--state"   ? &state
                                         : nullptr;
    if (number == nullptr || !read_number(value, *number)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
    if (number == &state) options.only_state = state;
  }
  options.num_threads = static_cast<unsigned>(threads);
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };

  const auto recording = record_workload(static_cast<int>(rounds));
  std::printf("recorded %zu steps, %zu calls of the disk; seed %llu\n", recording.moments.size(), recording.operations.size(),
              static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  options.on_progress = [&](std::uint64_t explored) {
    if (explored % 10'000 != 0) return;
    std::printf("  %llu states, %.0f s\n", static_cast<unsigned long long>(explored), seconds());
    std::fflush(stdout);
  };
  const auto found = explore(recording, options);
  for (const auto& violation : found.violations)
    std::printf("VIOLATION in state %llu: %s\n", static_cast<unsigned long long>(violation.state), violation.what.c_str());
  std::printf("%llu states explored, %zu violations, %.0f s\n", static_cast<unsigned long long>(found.num_states), found.violations.size(), seconds());
  return found.violations.empty() ? 0 : 1;
}
