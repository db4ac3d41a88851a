#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "app/cli/commands.h"
#include "app/conditions.h"
#include "app/lab.h"
#include "app/run_file.h"
#include "base/disk.h"
#include "base/error.h"
#include "base/log.h"

namespace lab::app::cli {
namespace {

std::uint16_t port_of(const Lab& lab, const std::string& key) {
  for (const RunningRole& role : lab.roles())
    if (role.key == key) return role.port;
  return 0;
}

/// What a shell outside needs so that stock clients find the lab.
std::map<std::string, std::string> client_environment(const Lab& lab, const Settings& settings) {
  std::map<std::string, std::string> environment;
  if (const auto port = port_of(lab, "objects")) {
    const auto pair = lab.access().default_s3_secret();
    const std::string& certificate = settings.text("objects.tls_certificate");
    const std::string url = (certificate.empty() ? "http://localhost:" : "https://localhost:") + std::to_string(port);
    environment.insert({{"AWS_ENDPOINT_URL", url}, {"AWS_ACCESS_KEY_ID", pair.access_key}, {"AWS_SECRET_ACCESS_KEY", pair.secret_key},
                        {"AWS_REGION", "us-east-1"}, {"AWS_DEFAULT_REGION", "us-east-1"}});
    environment.insert(certificate.empty() ? std::pair("AWS_ALLOW_HTTP", std::string("true")) : std::pair("AWS_CA_BUNDLE", certificate));
  }
  if (const auto port = port_of(lab, "spark")) {
    // A token in the address would make clients want TLS; as metadata it goes over the plain loopback channel.
    std::string remote = "sc://localhost:" + std::to_string(port);
    if (const std::string& certificate = settings.text("spark.tls_certificate"); !certificate.empty()) {
      remote += "/;use_ssl=true";
      if (settings.text("profile") != "workshop") remote += ";token=" + lab.access().default_bearer_token();
      environment.emplace("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", certificate);
    } else if (settings.text("profile") != "workshop") {
      remote += "/;authorization=Bearer%20" + lab.access().default_bearer_token();
    }
    environment.emplace("SPARK_REMOTE", remote);
  }
  for (const RunningRole& role : lab.roles())
    if (role.key == "hub") environment.insert({{"JUPYTERHUB_API_URL", role.url + "/hub/api"}, {"JUPYTERHUB_API_TOKEN", lab.access().default_bearer_token()}});
  return environment;
}

/// The lab in a process of its own that outlives this one; returns when it answers.
int detach(const Settings& settings) {
  const auto data = std::filesystem::path(settings.text("data"));
  RealDisk disk;
  make_folders(disk, log_path(data).parent_path());
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    const int log = ::open((log_path(data).string() + ".out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(null, 0);
    ::dup2(ready[1], 1);
    ::dup2(log, 2);
    for (const int descriptor : {ready[0], ready[1], log, null}) ::close(descriptor);
    return -1;  // goes on as the lab; its first lines go through the pipe
  }
  ::close(ready[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = ::read(ready[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  std::fputs(text.c_str(), stdout);
  if (find_run_file(data)) return 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  // Why it ended is the last line it wrote.
  std::ifstream log(log_path(data).string() + ".out");
  std::string line, last;
  while (std::getline(log, line)) last = line;
  std::fprintf(stderr, "%s\n", last.empty() ? "dflab: the lab did not start" : last.c_str());
  return 1;
}

}  // namespace

int up(const Settings& settings, const UpOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto data = std::filesystem::path(settings.text("data"));
  const auto roles = choose_roles(options.roles);
  if (const auto running = find_run_file(data)) throw Error(conditions::kAlreadyRunning, {{"data", data.string()}, {"pid", std::to_string(running->pid)}});
  if (options.detach) {
    const int status = detach(settings);
    if (status >= 0) return status;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  RealDisk disk;
  make_folders(disk, log_path(data).parent_path());
  log::start(log_path(data), log::Level::Info);
  const auto lab = Lab::start(settings, roles);
  RunFile run;
  run.pid = ::getpid();
  run.version = DFLAB_VERSION;
  run.profile = settings.text("profile");
  run.started_micros = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  run.start_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  run.roles = lab->roles();
  run.environment = client_environment(*lab, settings);
  write_run_file(data, run);

  std::printf("DataFlow Lab %s is up in %.2f s (%s profile, data in %s)\n", DFLAB_VERSION, run.start_seconds, run.profile.c_str(), data.c_str());
  for (const RunningRole& role : run.roles) std::printf("  %-10s %s\n", role.key.c_str(), role.url.c_str());
  const auto secrets = lab->take_first_secrets();
  if (!secrets.empty() && run.profile != "workshop") {
    std::printf("First start: these keys are shown once; `dflab env` prints what clients need.\n");
    for (const access::FirstSecret& secret : secrets) std::printf("  %-14s %s\n", secret.what.c_str(), secret.value.c_str());
  }
  if (const std::string link = lab->make_log_in_link(); !link.empty()) std::printf("No administrator has a password yet. Log in once, within a day, at\n  %s\n", link.c_str());
  std::fflush(stdout);
  if (options.detach) {
    // Whoever started the lab reads to the end of the pipe.
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(null, 1);
  }
  log::info("app", "up: {} roles, profile {}", run.roles.size(), run.profile);
  log::flush();

  int received = 0;
  sigwait(&signals, &received);
  log::info("app", "stopping on signal {}", received);
  // A stop that hangs is cut off: nothing durable depends on it.
  std::thread([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    std::_Exit(0);
  }).detach();
  lab->stop();
  remove_run_file(data);
  log::flush();
  std::_Exit(0);
}

int down(const Settings& settings) {
  const auto data = std::filesystem::path(settings.text("data"));
  const RunFile run = get_run_file(data);
  ::kill(run.pid, SIGTERM);
  for (int i = 0; i < 500; ++i) {
    if (!is_running(run.pid)) {
      remove_run_file(data);
      std::printf("The lab (process %d) has stopped.\n", run.pid);
      return 0;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::fprintf(stderr, "dflab: process %d does not stop\n", run.pid);
  return 1;
}

}  // namespace lab::app::cli
