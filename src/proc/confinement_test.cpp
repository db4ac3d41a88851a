#include "proc/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>

namespace lab::proc {
namespace {

namespace fs = std::filesystem;

class ConfinementTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    std::string name = (fs::temp_directory_path() / "confinement-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    for (const char* folder : {"mine", "given", "other"}) {
      fs::create_directories(root_ / folder);
      std::ofstream(root_ / folder / "file") << "text";
    }
  }
  void TearDown() override { fs::remove_all(root_); }

  /// What `action` answers in a process that may write `mine` and read `given`; -1 when it cannot be confined.
  int run_confined(const std::function<int()>& action) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      ::_exit(confine({.readable = {root_ / "given", root_ / "absent"}, .writable = {root_ / "mine"}}) ? action() : 255);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) != 255 ? WEXITSTATUS(status) : -1;
  }

  /// The errno of opening a file; 0 when it opens.
  int open_confined(const fs::path& path, int flags) const {
    return run_confined([&] { return ::open(path.c_str(), flags, 0600) >= 0 ? 0 : errno; });
  }

  fs::path root_;
};

TEST_F(ConfinementTest, opens_what_is_given_and_nothing_else) {
  EXPECT_EQ(open_confined(root_ / "mine" / "file", O_RDWR), 0);
  EXPECT_EQ(open_confined(root_ / "mine" / "new", O_RDWR | O_CREAT), 0);
  EXPECT_EQ(open_confined(root_ / "given" / "file", O_RDONLY), 0);
  EXPECT_EQ(open_confined("/etc/passwd", O_RDONLY), 0);
  EXPECT_EQ(open_confined("/dev/null", O_RDWR), 0);
  EXPECT_EQ(open_confined(root_ / "given" / "file", O_WRONLY), EACCES);
  EXPECT_EQ(open_confined(root_ / "given" / "new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(open_confined(root_ / "other" / "file", O_RDONLY), EACCES);
  EXPECT_EQ(open_confined(root_ / "other", O_RDONLY | O_DIRECTORY), EACCES);
  EXPECT_EQ(open_confined(root_, O_RDONLY | O_DIRECTORY), EACCES);
}

TEST_F(ConfinementTest, links_do_not_lead_out) {
  fs::create_symlink(root_ / "other" / "file", root_ / "mine" / "link");
  EXPECT_EQ(open_confined(root_ / "mine" / "link", O_RDONLY), EACCES);
  EXPECT_NE(run_confined([&] { return ::link((root_ / "other" / "file").c_str(), (root_ / "mine" / "hard").c_str()) == 0 ? 0 : errno; }), 0);
  EXPECT_NE(run_confined([&] { return ::rename((root_ / "other" / "file").c_str(), (root_ / "mine" / "moved").c_str()) == 0 ? 0 : errno; }), 0);
}

TEST_F(ConfinementTest, truncates_nothing_of_others) {
  if (landlock_version() < 3) GTEST_SKIP() << describe_confinement_gaps(landlock_version());
  EXPECT_EQ(run_confined([&] { return ::truncate((root_ / "other" / "file").c_str(), 0) == 0 ? 0 : errno; }), EACCES);
  EXPECT_EQ(run_confined([&] { return ::truncate((root_ / "mine" / "file").c_str(), 0) == 0 ? 0 : errno; }), 0);
}

TEST_F(ConfinementTest, ends_and_looks_into_no_process_outside) {
  EXPECT_EQ(open_confined("/proc/" + std::to_string(::getpid()) + "/environ", O_RDONLY), EACCES);
  if (landlock_version() < 6) GTEST_SKIP() << describe_confinement_gaps(landlock_version());
  EXPECT_EQ(run_confined([] { return ::kill(::getppid(), 0) == 0 ? 0 : errno; }), EPERM);
}

TEST_F(ConfinementTest, holds_for_what_the_process_starts) {
  EXPECT_NE(run_confined([&] {
              const pid_t child = ::fork();
              if (child == 0) ::execl("/bin/cat", "cat", (root_ / "other" / "file").c_str(), nullptr);
              int status = 0;
              ::waitpid(child, &status, 0);
              return WEXITSTATUS(status);
            }),
            0);
}

TEST(Confinement, old_kernels_have_gaps_that_are_named) {
  EXPECT_FALSE(describe_confinement_gaps(0).empty());
  EXPECT_NE(describe_confinement_gaps(1), describe_confinement_gaps(5));
  EXPECT_TRUE(describe_confinement_gaps(6).empty());
}

}  // namespace
}  // namespace lab::proc
