#include <algorithm>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "commands/listing.h"
#include "scan/parquet_schema.h"
#include "types/type_text.h"

/// CONVERT TO DELTA: a log over the Parquet files that lie there.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

struct Found {
  std::string path;
  std::int64_t num_bytes = 0, modified_millis = 0;
  std::vector<std::pair<std::string, std::string>> partition;  ///< of its `k=v` folders
};

std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    if (text[i] == '%' && i + 2 < text.size() && std::sscanf(text.substr(i + 1, 2).c_str(), "%2x", &value) == 1) {
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// Data files below the root: none that is hidden, or in a hidden folder.
std::vector<Found> find_files(const delta::TableStorage& storage) {
  std::vector<Found> files;
  for (const auto& entry : storage.list("")) {
    Found file{entry.path, entry.num_bytes, entry.modified_millis, {}};
    bool is_hidden = false;
    std::size_t start = 0;
    while (start <= entry.path.size()) {
      const std::size_t end = std::min(entry.path.find('/', start), entry.path.size());
      const std::string part = entry.path.substr(start, end - start);
      const std::size_t equals = part.find('=');
      is_hidden = is_hidden || part.starts_with('.') || (part.starts_with('_') && equals == std::string::npos);
      if (end < entry.path.size() && equals != std::string::npos) file.partition.emplace_back(unescaped(part.substr(0, equals)), unescaped(part.substr(equals + 1)));
      start = end + 1;
    }
    if (!is_hidden && entry.num_bytes > 0) files.push_back(std::move(file));
  }
  return files;
}

void check_partition(const Found& file, const types::Schema& partitions) {
  const auto list = [](const auto& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + types::quote_identifier(name);
    return "[" + text + "]";
  };
  std::vector<std::string> expected, parsed;
  for (const types::Field& field : partitions) expected.push_back(field.name);
  for (const auto& [name, value] : file.partition) parsed.push_back(name);
  if (expected.size() != parsed.size())
    throw Error(conditions::kConvertPartitions, {{"expectedColsSize", std::to_string(expected.size())},
                                                 {"expectedCols", list(expected)},
                                                 {"parsedColsSize", std::to_string(parsed.size())},
                                                 {"parsedCols", list(parsed)},
                                                 {"path", file.path}});
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (!equal_ignoring_case(expected[i], parsed[i])) throw Error(conditions::kConvertPartitionName, {{"expectedCol", types::quote_identifier(expected[i])}, {"parsedCol", types::quote_identifier(parsed[i])}, {"path", file.path}});
}

}  // namespace

LocalTable convert_to_delta(const plan::ConvertToDelta& command, Statement& context) {
  const TableRef ref = resolve_name(command.table, context);
  const auto outcome = [&] {
    if (!command.returns_name) return no_rows();
    const std::string name = ref.is_path() ? types::quote_parts({"delta", shown_path(ref.location->text)}) : ref.quoted();
    return make_table({text_column("identifier")}, {{text_value(name)}});
  };
  std::optional<catalog::Table> entry;
  types::Schema partitions = command.partitions;
  if (!ref.is_path()) {
    entry = context.world().catalog.find_table(ref.database, ref.table);
    if (!entry) throw table_not_found(command.table, context);
    if (entry->provider == "delta") return outcome();
    if (entry->is_view() || entry->provider != "parquet")
      throw Error(conditions::kConvertNotParquet, {{"sourceName", entry->is_view() ? "VIEW" : entry->provider}, {"tableId", ref.quoted()}});
    if (partitions.empty())
      for (const std::string& name : entry->partition_columns)
        for (const types::Field& field : entry->schema)
          if (equal_ignoring_case(field.name, name)) partitions.push_back(field);
  } else if (ref.format == "delta") {
    return outcome();
  } else if (ref.format != "parquet") {
    throw Error(conditions::kConvertNotParquet, {{"sourceName", ref.format}, {"tableId", ref.quoted()}});
  }
  const catalog::Location location = ref.is_path() ? *ref.location : context.locate(entry->location, entry->options);
  const auto table = context.world().places.delta_table(location, context.origin("CONVERT TO DELTA"));
  if (!table->exists()) {
    delta::TableStorage& storage = table->storage();
    const std::vector<Found> files = find_files(storage);
    if (files.empty()) throw Error(conditions::kConvertEmpty, {{"directory", shown_path(location.text)}});
    std::vector<std::string> paths;
    for (const Found& file : files) {
      check_partition(file, partitions);
      paths.push_back(file.path);
    }
    delta::Metadata metadata;
    metadata.id = random_uuid();
    metadata.created_millis = now_millis(context);
    const auto opened = storage.open(paths);
    for (const auto& file : opened) {
      if (!file) continue;
      scan::DataFile data;
      data.path = file->path.string();
      data.num_bytes = file->num_bytes;
      data.remote = file->remote;
      metadata.schema = delta::merge_schema(metadata.schema, scan::read_parquet_schema(data), true);
    }
    for (types::Field field : partitions) {
      std::erase_if(metadata.schema, [&](const types::Field& other) { return equal_ignoring_case(other.name, field.name); });
      field.nullable = true;
      metadata.partition_columns.push_back(field.name);
      metadata.schema.push_back(std::move(field));
    }
    delta::prepare_new_metadata(metadata);
    delta::CommitRequest request;
    request.actions.emplace_back(delta::protocol_for(metadata));
    request.actions.emplace_back(metadata);
    for (const Found& file : files) {
      delta::AddFile add;
      add.path = file.path;
      add.num_bytes = file.num_bytes;
      add.modified_millis = file.modified_millis;
      for (std::size_t i = 0; i < partitions.size(); ++i) {
        const std::string& value = file.partition[i].second;
        add.partition_values.emplace(partitions[i].name, value.empty() || value == "__HIVE_DEFAULT_PARTITION__" ? std::nullopt : std::optional(value));
      }
      request.actions.emplace_back(std::move(add));
    }
    request.info = commit_info(context, "CONVERT", {{"numFiles", std::to_string(files.size())},
                                                    {"partitionedBy", json_list(metadata.partition_columns)},
                                                    {"collectStats", "false"}});
    request.info.metrics = {{"numConvertedFiles", std::to_string(files.size())}};
    table->commit(nullptr, std::move(request));
  }
  if (entry) {
    entry->provider = "delta";
    entry->schema.clear();
    context.world().catalog.put_table(std::move(*entry), context.origin("CONVERT TO DELTA"));
  }
  return outcome();
}

}  // namespace lab::commands
