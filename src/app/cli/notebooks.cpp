#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/notebook_runner.h"
#include "app/conditions.h"
#include "app/notebook_environment.h"
#include "app/run_file.h"
#include "base/error.h"
#include "hub/host_names.h"

extern char** environ;

namespace lab::app::cli {
namespace {

namespace fs = std::filesystem;

struct NotebookOptions {
  std::string file, output;
  std::vector<std::string> parameters;
  unsigned timeout = 0;
  bool as_json = false;
};

/// Beside the notebook, with the time in its name: a run overwrites no other.
fs::path result_beside(const fs::path& notebook) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[32];
  std::strftime(text, sizeof text, "-%Y%m%d-%H%M%S", &local);
  return notebook.parent_path() / (notebook.stem().string() + text + ".ipynb");
}

/// What a run of `notebook` has left in a file, as papermill tells it; nothing for other files.
std::optional<nlohmann::json> result_of(const fs::path& file, const fs::path& notebook) {
  const std::string stem = file.stem().string(), head = notebook.stem().string() + "-";
  const auto is_time = [](std::string_view text) {
    constexpr std::string_view kForm = "00000000-000000";
    return text.size() == kForm.size() && std::ranges::equal(text, kForm, [](char c, char form) { return form == '0' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == form; });
  };
  if (file.extension() != ".ipynb" || !stem.starts_with(head) || !is_time(std::string_view(stem).substr(head.size()))) return std::nullopt;
  std::ifstream text(file);
  const auto body = nlohmann::json::parse(text, nullptr, false);
  if (!body.is_object() || !body.value("metadata", nlohmann::json()).is_object()) return std::nullopt;
  const auto run = body["metadata"].value("papermill", nlohmann::json());
  if (!run.is_object()) return std::nullopt;
  nlohmann::json result{{"result", file.string()}};
  for (const char* key : {"start_time", "duration", "parameters", "exception", "problem"}) result[key] = run.value(key, nlohmann::json());
  return result;
}

/// The results beside a notebook, oldest first.
int list_results(const NotebookOptions& options) {
  const fs::path notebook = options.file;
  const fs::path folder = notebook.parent_path().empty() ? fs::path(".") : notebook.parent_path();
  std::error_code failure;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, failure)) files.push_back(entry.path());
  if (failure) throw Error(conditions::kWrongArgument, {{"value", options.file}, {"reason", failure.message()}});
  std::ranges::sort(files);
  nlohmann::json results = nlohmann::json::array();
  for (const fs::path& file : files)
    if (auto result = result_of(file, notebook)) results.push_back(*std::move(result));
  if (options.as_json) {
    std::printf("%s\n", results.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return 0;
  }
  for (const auto& result : results) {
    const auto& problem = result["problem"];
    const std::string state = problem.is_string() ? problem.get<std::string>() : "ok";
    std::printf("%s  %s  %s\n", result["result"].get<std::string>().c_str(), result["parameters"].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str(), state.c_str());
  }
  return 0;
}

void check_parameter(const std::string& assignment) {
  const std::string name = assignment.substr(0, assignment.find('='));
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_'; };
  const bool is_name = !name.empty() && is_letter(static_cast<unsigned char>(name[0])) && std::ranges::all_of(name, [&](unsigned char c) { return is_letter(c) || std::isdigit(c) != 0; });
  if (!is_name || name.size() == assignment.size()) throw Error(conditions::kWrongArgument, {{"value", assignment}, {"reason", "NAME=VALUE is expected, with a name of Python's"}});
}

std::vector<char*> words_of(std::vector<std::string>& texts) {
  std::vector<char*> words;
  for (std::string& text : texts) words.push_back(text.data());
  words.push_back(nullptr);
  return words;
}

/// Becomes the Python of the notebooks, with what `dflab env` prints.
int run_notebook(const Settings& settings, const NotebookOptions& options) {
  const fs::path data = settings.text("data"), file = options.file;
  if (!fs::is_regular_file(file)) throw Error(conditions::kWrongArgument, {{"value", options.file}, {"reason", "there is no such file"}});
  for (const std::string& parameter : options.parameters) check_parameter(parameter);
  const RunFile run = get_run_file(data);
  const fs::path environment = notebook_environment(settings);
  const std::string python = (environment / "bin" / "python").string();

  std::vector<std::string> arguments{python, "-c", kNotebookRunner, options.file, options.output.empty() ? result_beside(file).string() : options.output, std::to_string(options.timeout)};
  arguments.insert(arguments.end(), options.parameters.begin(), options.parameters.end());
  std::map<std::string, std::string> variables = run.environment;
  variables["JUPYTER_PATH"] = (data / "run" / "jupyter").string();  // the kernels that the hub adds
  const auto address_of = [&](const char* name) { return run.environment.contains(name) ? run.environment.at(name) : std::string(); };
  std::string spark = address_of("SPARK_REMOTE");
  spark = spark.substr(0, spark.find("/;"));
  variables.merge(hub::host_variables(data / "run", address_of("AWS_ENDPOINT_URL"), spark));
  const char* path = std::getenv("PATH");
  variables["PATH"] = (environment / "bin").string() + ":" + (path == nullptr ? "/usr/bin:/bin" : path);
  std::vector<std::string> assignments;
  for (const auto& [name, value] : variables) assignments.push_back(name + "=" + value);
  for (char** each = environ; *each != nullptr; ++each)
    if (const std::string text = *each; !variables.contains(text.substr(0, text.find('=')))) assignments.push_back(text);
  ::execve(python.c_str(), words_of(arguments).data(), words_of(assignments).data());
  throw Error(conditions::kWrongArgument, {{"value", python}, {"reason", std::string(std::strerror(errno)) + "; `tools/clients_setup hub` makes the environment of notebooks"}});
}

}  // namespace

void add_notebook_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<NotebookOptions>();
  CLI::App* group = program.add_subcommand("notebook", "notebooks without a browser");
  group->require_subcommand(1);
  add_notebook_version_commands(*group, chosen);
  CLI::App* run = group->add_subcommand("run", "run a notebook top to bottom against the running lab and keep the result; ends with 1 when a cell raises");
  run->add_option("file", options->file, "the notebook (.ipynb)")->required();
  run->add_option("-p,--parameter", options->parameters, "NAME=VALUE, a value in JSON or a text; may be repeated. Set behind the cell with the tag `parameters`, or first");
  run->add_option("-o,--output", options->output, "the result (beside the notebook, with the time in its name)");
  run->add_option("--timeout", options->timeout, "seconds that a cell may take (any)");
  run->footer("Examples:\n  dflab notebook run report.ipynb\n  dflab notebook run report.ipynb -p month=2026-05 -p limit=100 -o may.ipynb");
  CLI::App* results = group->add_subcommand("results", "the results of a notebook's runs, oldest first: file, parameters, and `ok` or what was raised");
  results->add_option("file", options->file, "the notebook (.ipynb)")->required();
  results->add_flag("--json", options->as_json, "as JSON, with times");
  results->callback([&chosen, options] { chosen = [options](const Settings&) { return list_results(*options); }; });
  run->callback([&chosen, options] { chosen = [options](const Settings& settings) { return run_notebook(settings, *options); }; });
}

}  // namespace lab::app::cli
