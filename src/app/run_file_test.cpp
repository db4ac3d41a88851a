#include "app/run_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lab::app {
namespace {

TEST(RunFileTest, who_has_ended_and_is_not_waited_for_does_not_run) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(0);
  siginfo_t ended = {};
  // Tells of its end and leaves it as it is.
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(is_running(child));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(is_running(child));
  EXPECT_TRUE(is_running(::getpid()));
}

}  // namespace
}  // namespace lab::app
