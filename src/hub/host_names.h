#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace lab::hub {

/// Writes the table of the host names under which notebooks look for services, all of them on this machine, into the folder and returns the
/// variables by which processes find it. DFLAB_HOSTS is for Python (python/dflab) and says also at which port the lab has what notebooks expect
/// at another one; nss_wrapper, where it is installed, is for all programs. The addresses are empty when the role does not run.
/// The names are those of the mission's notebooks; one whose service does not run answers that nobody listens, as anywhere.
std::map<std::string, std::string> host_variables(const std::filesystem::path& folder, const std::string& objects_url, const std::string& spark_address);

/// The table in that folder: what is told of names may be read.
std::filesystem::path host_table(const std::filesystem::path& folder);

}  // namespace lab::hub
