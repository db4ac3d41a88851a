#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "proc/child.h"

namespace lab::proc {
namespace {

int fail(int code, const char* what) {
  std::fprintf(stderr, "dflab child: %s: %s\n", what, std::strerror(errno));
  return code;
}

void limit(__rlimit_resource resource, std::uint64_t value) {
  rlimit both{value, value};
  // A limit of the surroundings that is lower stays.
  if (rlimit now{}; ::getrlimit(resource, &now) == 0 && now.rlim_max < value) both = {now.rlim_max, now.rlim_max};
  ::setrlimit(resource, &both);
}

/// Another pair of cores for each child, so that two people do not share the first ones.
void run_on_cores(std::uint64_t count) {
  cpu_set_t allowed, chosen;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  const auto available = static_cast<std::uint64_t>(CPU_COUNT(&allowed));
  if (count >= available) return;
  CPU_ZERO(&chosen);
  std::uint64_t first = static_cast<std::uint64_t>(::getpid()) % available;
  for (int round = 0; round < 2; ++round)
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      if (first > 0) {
        --first;
      } else if (static_cast<std::uint64_t>(CPU_COUNT(&chosen)) < count) {
        CPU_SET(cpu, &chosen);
      }
    }
  ::sched_setaffinity(0, sizeof chosen, &chosen);
}

}  // namespace

int run_child_program(int argc, char** argv) {
  int at = 2;
  Confinement confinement;
  for (; at + 1 < argc && std::string_view(argv[at]) != "--"; at += 2) {
    const std::string_view name = argv[at];
    const char* value = argv[at + 1];
    const std::uint64_t number = std::strtoull(value, nullptr, 10);
    if (name == "--directory") {
      if (::chdir(value) != 0) return fail(126, value);
    } else if (name == "--log") {
      const int log = ::open(value, O_WRONLY | O_CREAT | O_APPEND, 0600), null = ::open("/dev/null", O_RDONLY);
      if (log < 0 || null < 0) return fail(126, value);
      ::dup2(null, 0);
      ::dup2(log, 1);
      ::dup2(log, 2);
    } else if (name == "--memory") {
      limit(RLIMIT_DATA, number);
    } else if (name == "--file") {
      limit(RLIMIT_FSIZE, number);
    } else if (name == "--cores") {
      run_on_cores(number);
    } else if (name == "--readable") {
      confinement.readable.emplace_back(value);
    } else if (name == "--writable") {
      confinement.writable.emplace_back(value);
    } else {
      errno = EINVAL;
      return fail(126, argv[at]);
    }
  }
  if (++at >= argc) {
    errno = EINVAL;
    return fail(126, "no command");
  }
  limit(RLIMIT_CORE, 0);
  ::umask(077);
  // Nothing the lab has open, nothing that is setuid, and behind the lab itself when the machine is busy.
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::setpriority(PRIO_PROCESS, 0, 5);
  if (!confinement.empty() && !confine(confinement)) return fail(126, "Landlock");
  ::execv(argv[at], argv + at);
  return fail(127, argv[at]);
}

}  // namespace lab::proc
