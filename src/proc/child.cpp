#include "proc/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "proc/conditions.h"

namespace lab::proc {
namespace {

namespace fs = std::filesystem;

struct ProcessStat {
  char state = 'X';
  pid_t parent = 0;
  std::uint64_t started = 0;
  std::uint64_t resident_pages = 0;
};

/// Absent as state `X`. The name, in parentheses, may hold anything: what follows its last `)` is read.
ProcessStat read_stat(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ProcessStat stat;
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return stat;
  std::istringstream fields(text.substr(end + 1));
  std::string skipped;
  fields >> stat.state >> stat.parent;
  // proc(5): the parent is field 4, starttime 22, rss 24.
  for (int i = 5; i < 22; ++i) fields >> skipped;
  fields >> stat.started >> skipped >> stat.resident_pages;
  return stat;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildId start_child(const ChildOptions& options) {
  std::vector<std::string> words{options.helper.string(), "child", "--directory", options.directory.string(), "--log", options.log.string()};
  const auto add_limit = [&](const char* name, std::uint64_t value) {
    if (value == 0) return;
    words.emplace_back(name);
    words.push_back(std::to_string(value));
  };
  add_limit("--memory", options.limits.memory_bytes);
  add_limit("--file", options.limits.file_bytes);
  add_limit("--cores", options.limits.cores);
  const auto add_paths = [&](const char* name, const std::vector<fs::path>& paths) {
    for (const fs::path& path : paths) words.insert(words.end(), {name, path.string()});
  };
  add_paths("--readable", options.confinement.readable);
  add_paths("--writable", options.confinement.writable);
  words.emplace_back("--");
  words.insert(words.end(), options.command.begin(), options.command.end());
  std::vector<std::string> variables = options.environment;
  const auto arguments = pointers_to(words), environment = pointers_to(variables);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // The lab blocks signals and ignores SIGPIPE; a child begins with none of that.
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int problem = ::posix_spawn(&pid, words[0].c_str(), nullptr, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  if (problem != 0) throw Error(conditions::kCannotStart, {{"program", words[0]}, {"reason", std::strerror(problem)}});
  return {pid, read_stat(pid).started};
}

bool is_running(const ChildId& child) {
  if (child.pid <= 0) return false;
  int status = 0;
  if (::waitpid(child.pid, &status, WNOHANG) == child.pid) return false;
  const ProcessStat stat = read_stat(child.pid);
  return stat.state != 'X' && stat.state != 'Z' && stat.started == child.started;
}

void signal_child(const ChildId& child, int signal) {
  if (is_running(child)) ::kill(-child.pid, signal);
}

std::uint64_t resident_bytes(const ChildId& child) {
  std::map<pid_t, ProcessStat> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored))
    if (const pid_t pid = std::atoi(entry.path().filename().c_str()); pid > 0) all[pid] = read_stat(pid);
  std::uint64_t pages = 0;
  for (const auto& [pid, stat] : all) {
    // Up to the root: kernels are in sessions of their own, their parent tells whose they are.
    for (auto at = all.find(pid); at != all.end() && at->first > 1; at = all.find(at->second.parent))
      if (at->first == child.pid) {
        pages += stat.resident_pages;
        break;
      }
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace lab::proc
