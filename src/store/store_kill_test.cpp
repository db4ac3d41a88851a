#include <csignal>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

constexpr int kRounds = 30;
constexpr int kWriters = 4;

std::string text_of(int writer, int number) {
  // Long enough for several writes and pages, and told apart at every byte's place.
  std::string text = std::to_string(writer) + "/" + std::to_string(number) + ":";
  while (text.size() < static_cast<std::size_t>(100 + number * 37 % 9000)) text += text;
  return text;
}

/// Runs in the child until it is killed: each line that it writes to `acknowledgements` is a promise.
[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int acknowledgements, int first) {
  RealDisk disk;
  SystemClock clock;
  StoreOptions options;
  options.collect_every = std::chrono::seconds(0);
  const auto store = Store::open(folder, std::move(options), disk, clock);
  if (!store->objects().find_bucket("b")) make_bucket(*store, "b");
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int number = first;; ++number) {
        const auto name = std::to_string(writer) + "-" + std::to_string(number);
        if (number % 5 == 4) {
          delete_key(*store, "b", "k" + std::to_string(writer) + "-" + std::to_string(number - 1));
        } else if (number % 5 == 3) {
          // Two objects and a precondition: both or none.
          Change change(test_origin());
          std::vector<PutObject> puts;
          const auto blob = store->write_blob(text_of(writer, number));
          puts.push_back({.bucket = "b", .key = "k" + name, .content = ObjectContent::of(blob), .etag = "e"});
          puts.push_back({.bucket = "b",
                          .key = "log" + name,
                          .content = ObjectContent::of(blob),
                          .etag = "e",
                          .expect = Expectation::absent()});
          change.put_objects(std::move(puts));
          store->apply(std::move(change));
        } else {
          put_text(*store, "b", "k" + name, text_of(writer, number));
        }
        const auto line = std::to_string(writer) + " " + std::to_string(number) + "\n";
        if (::write(acknowledgements, line.data(), line.size()) < 0) ::_exit(2);
      }
    });
  }
  for (auto& writer : writers) writer.join();
  ::_exit(1);
}

/// The last number that each writer was told.
std::map<int, int> read_acknowledgements(int from) {
  std::string all;
  char buffer[4096];
  for (ssize_t got; (got = ::read(from, buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<std::size_t>(got));
  std::map<int, int> last;
  std::istringstream lines(all);
  for (int writer, number; lines >> writer >> number;) last[writer] = number;
  return last;
}

TEST(StoreKill, keeps_every_acknowledged_write_whole) {
  TestFolder folder;
  std::mt19937 random(20240607);
  int total = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int first = round * 100'000;
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe_ends[0]);
      write_until_killed(folder.path(), pipe_ends[1], first);
    }
    ::close(pipe_ends[1]);
    std::thread killer([&, after = std::uniform_int_distribution(1, 120)(random)] {
      // Every other round from the first acknowledgement on, however slow the machine is.
      pollfd answered{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
      if (round % 2 == 0) ::poll(&answered, 1, 20'000);
      std::this_thread::sleep_for(std::chrono::milliseconds(after));
      ::kill(child, SIGKILL);
    });
    const auto last = read_acknowledgements(pipe_ends[0]);
    killer.join();
    ::close(pipe_ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

    RealDisk disk;
    SystemClock clock;
    StoreOptions options;
    options.collect_every = std::chrono::seconds(0);
    const auto store = Store::open(folder.path(), std::move(options), disk, clock);
    if (!store->objects().find_bucket("b")) {
      ASSERT_TRUE(last.empty());
      continue;
    }
    for (const auto& [writer, number] : last) {
      for (int i = first; i <= number; ++i, ++total) {
        const auto name = std::to_string(writer) + "-" + std::to_string(i);
        const auto found = store->objects().find_and_open("b", "k" + name);
        if (i % 5 == 4) continue;  // deletes the key before it
        const bool may_be_deleted = i % 5 == 3;
        if (may_be_deleted && (i < number || !found)) {
          if (i < number) ASSERT_FALSE(found) << name;
        } else {
          ASSERT_TRUE(found) << name;
          ASSERT_EQ(found->read_all(), text_of(writer, i)) << name;
        }
        if (i % 5 == 3) ASSERT_TRUE(store->objects().find("b", "log" + name)) << name;
      }
    }
    // Nothing visible is half there, and a published pair came whole.
    ListQuery query{.start_after = ""};
    for (;;) {
      const auto page = store->objects().list("b", query);
      for (const auto& object : page.objects) {
        int writer = 0, number = 0;
        const auto digits = object.key.substr(object.key.find_first_of("0123456789"));
        ASSERT_EQ(std::sscanf(digits.c_str(), "%d-%d", &writer, &number), 2);
        if (number < first) continue;
        ASSERT_EQ(store->objects().open("b", object.key).read_all(), text_of(writer, number)) << object.key;
        if (object.key[0] == 'k' && number % 5 == 3) ASSERT_TRUE(store->objects().find("b", "log" + digits));
      }
      if (!page.is_truncated) break;
      query.start_after = page.next_start_after;
    }
    // What the dead process staged and never named goes; what rows name stays.
    store->collect();
  }
  EXPECT_GT(total, 100);
}

}  // namespace
}  // namespace lab::store
