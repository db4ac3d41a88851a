// Until the library is there: every door answers that it is not. Remove with its first landing.
#include "lake/delta/table.h"
#include "lake/delta/storages.h"
#include "base/error.h"
namespace lab::lake::delta {
#define X { throw Error(lab::conditions::kUnsupportedFeature, {{"feature","Delta tables"},{"hint",""}}); }
std::shared_ptr<Table> Table::at(std::shared_ptr<TableStorage>, const Clock&) X
std::shared_ptr<TableStorage> storage_over_bucket(store::Store&, std::string, std::string, store::Origin) X
std::shared_ptr<TableStorage> storage_over_folder(std::filesystem::path, Disk&) X
types::Schema merge_schema(const types::Schema&, const types::Schema&, bool) X
std::vector<PhysicalColumn> physical_columns(const Metadata&) X
std::string statistics_of(std::int64_t, const Metadata&, const std::vector<scan::ColumnStatistics>&) X
void prepare_new_metadata(Metadata&) X
void prepare_replaced_schema(Metadata&, const Metadata&) X
Protocol protocol_for(const Metadata&) X
Protocol upgraded_protocol(const Protocol&, const Metadata&) X
void check_writable(const Protocol&, const Metadata&) X
std::vector<std::pair<std::string, std::string>> check_constraints(const Metadata&) X
types::Value parse_partition_value(const std::optional<std::string>&, const types::DataType&) X
std::string partition_folder(const std::vector<std::string>&, const std::vector<std::optional<std::string>>&) X
std::string DeletionVector::unique_id() const X
}
