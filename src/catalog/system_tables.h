#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

/// Tables that the lab gives itself, in a database that is always there and that nobody writes. For whoever looks names up they are views;
/// their rows are made by whoever runs them, which sees the provider.
namespace lab::catalog {

inline constexpr const char* kSystemDatabase = "lab";
inline constexpr const char* kSystemProvider = "lab";
inline constexpr const char* kAuditTable = "audit";

/// By name, which is lower case; none in another database than that one.
std::vector<Table> system_tables(std::string_view database);
std::optional<Table> find_system_table(std::string_view database, std::string_view name);
/// The database itself, for a catalog that has none of that name.
std::optional<Database> find_system_database(std::string_view name);

}  // namespace lab::catalog
