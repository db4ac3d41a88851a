#include "proc/confinement.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace lab::proc {
namespace {

namespace fs = std::filesystem;

// Later than the headers of Debian 12: linux/landlock.h of 6.2 and of 6.12.
constexpr std::uint64_t kTruncate = 1ULL << 14U;
constexpr std::uint64_t kScopeAbstractSockets = 1ULL << 0U, kScopeSignals = 1ULL << 1U;
constexpr int kWithMoves = 2, kWithTruncate = 3, kWithScopes = 6;

/// struct landlock_ruleset_attr of version 6. An older kernel takes a longer one than its own as long as the rest is zero.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kRead = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kUseDevice = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;

/// All that a version knows of files.
std::uint64_t file_rights(int version) {
  std::uint64_t rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                         LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                         LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (version >= kWithMoves) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= kWithTruncate) rights |= kTruncate;
  return rights;
}

// Devices one by one: an account that may read the disk itself would read everything.
constexpr const char* kSystem[] = {"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt", "/proc", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/run/systemd/resolve", "/var/lib/R", "/var/cache/fontconfig"};
constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx"};
constexpr const char* kDeviceFolders[] = {"/dev/pts", "/dev/shm"};

/// A set of rules, as the kernel keeps it behind a file descriptor.
class Ruleset {
 public:
  explicit Ruleset(int version) : rights_(file_rights(version)) {
    const RulesetAttributes attributes{.handled_access_fs = rights_, .scoped = version >= kWithScopes ? kScopeAbstractSockets | kScopeSignals : 0};
    descriptor_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
    is_good_ = descriptor_ >= 0;
  }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;
  ~Ruleset() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void allow(const fs::path& path, std::uint64_t wanted) {
    if (!is_good_) return;
    const int place = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (place < 0) return;  // what is not there needs no rule
    std::error_code ignored;
    // The kernel refuses rights of folders on a file.
    if (!fs::is_directory(path, ignored)) wanted &= kReadFile | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
    const landlock_path_beneath_attr rule{.allowed_access = wanted & rights_, .parent_fd = place};
    is_good_ = ::syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    const int problem = errno;
    ::close(place);
    errno = problem;
  }

  std::uint64_t rights() const { return rights_; }
  /// False, with errno, when the kernel refused this or a step before.
  bool enter() const { return is_good_ && ::syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0; }

 private:
  const std::uint64_t rights_;
  int descriptor_ = -1;
  bool is_good_ = false;
};

/// Root's own rights, of which Landlock leaves some: to look into other processes, to change the machine's settings.
bool give_up_capabilities() {
  for (unsigned long each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each) ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);  // refused to others, who have none
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return ::syscall(SYS_capset, &header, none) == 0;
}

}  // namespace

int landlock_version() {
  static const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

std::string describe_confinement_gaps(int version) {
  if (version == 0) return "This machine's kernel has no Landlock: a notebook can read and change what the lab itself can, other people's homes and the data folder included.";
  if (version < kWithTruncate) return "This machine's kernel has an old Landlock: a notebook cannot read other people's files, but can cut them to nothing, and end their processes.";
  if (version < kWithScopes) return "This machine's kernel has an old Landlock: a notebook cannot open other people's files, but can end their processes.";
  return {};
}

bool confine(const Confinement& confinement) {
  const int version = landlock_version();
  if (!give_up_capabilities()) return false;
  if (version == 0) return true;
  Ruleset rules(version);
  for (const char* path : kSystem) rules.allow(path, kRead);
  for (const char* path : kDevices) rules.allow(path, kUseDevice);
  for (const char* path : kDeviceFolders) rules.allow(path, kUseDevice | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | kTruncate);
  for (const fs::path& path : confinement.readable) rules.allow(path, kRead);
  // Nobody makes devices in a home: they would open what the rules close.
  constexpr std::uint64_t kDevicesInHomes = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
  for (const fs::path& path : confinement.writable) rules.allow(path, rules.rights() & ~kDevicesInHomes);
  return rules.enter();
}

}  // namespace lab::proc
