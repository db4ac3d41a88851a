#include "base/ids.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "lake/delta/conditions.h"
#include "types/type_text.h"

/// CREATE TABLE … SHALLOW CLONE: a new log over the files of another table.
namespace lab::commands {

namespace delta = lake::delta;

namespace {

/// A path of the source's log as other tables name it.
std::string absolute(const delta::Table& source, const std::string& path) {
  const bool is_absolute = path.starts_with('/') || path.find(":/") != std::string::npos;
  return is_absolute ? path : source.storage().uri() + "/" + path;
}

delta::AddFile cloned(const delta::Table& source, const delta::AddFile& file) {
  delta::AddFile clone = file;
  clone.path = absolute(source, file.path);
  if (clone.deletion_vector && clone.deletion_vector->storage == 'u') {
    clone.deletion_vector->path_or_inline = absolute(source, delta::deletion_vector_path(*file.deletion_vector));
    clone.deletion_vector->storage = 'p';
  }
  return clone;
}

LocalTable sizes(std::int64_t source_bytes, std::int64_t num_files, std::int64_t removed_bytes, std::int64_t num_removed) {
  const auto column = [](const char* name) { return types::Field{name, types::TypeKind::Long, true, {}}; };
  const auto value = [](std::int64_t number) { return types::Value{number}; };
  return make_table({column("source_table_size"), column("source_num_of_files"), column("num_removed_files"), column("num_copied_files"),
                     column("removed_files_size"), column("copied_files_size")},
                    {{value(source_bytes), value(num_files), value(num_removed), value(0), value(removed_bytes), value(0)}});
}

/// A path outside of any database is a table named by its place.
TableRef target_of(const plan::CloneTable& command, const Statement& context) {
  if (command.target.size() == 1 && (command.target[0].starts_with('/') || command.target[0].find("://") != std::string::npos))
    return resolve_name({"delta", command.target[0]}, context);
  return resolve_name(command.target, context);
}

}  // namespace

LocalTable clone_table(const plan::CloneTable& command, Statement& context) {
  if (!command.is_shallow) throw Error(conditions::kDeepClone);
  const TableRef source_ref = resolve_name(command.source, context);
  const DeltaTarget source = open_delta_target(source_ref, context, "CLONE");
  require_delta_table(source, source_ref, context);
  const auto from = command.version     ? source.table->snapshot_at_version(std::stoll(*command.version))
                    : command.timestamp ? source.table->snapshot_at_time(instant_of(command.timestamp, context), false)
                                        : source.table->snapshot();
  const TableRef ref = target_of(command, context);
  const bool replaces = command.or_replace || command.is_replace;
  std::optional<catalog::Table> entry;
  std::string place;
  if (ref.is_path()) {
    place = ref.location->text;
  } else {
    const auto existing = context.world().catalog.find_table(ref.database, ref.table);
    if (existing && command.if_not_exists) return no_rows();
    if (existing && !replaces) throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", types::quote_parts({catalog::kCatalogName, ref.database, ref.table})}});
    if (!existing && command.is_replace) throw table_not_found({ref.database, ref.table}, context, SearchedIn::Database);
    entry.emplace();
    entry->provider = "delta";
    entry->database = ref.database;
    entry->name = ref.table;
    entry->owner = context.session().user();
    entry->created_micros = context.world().clock.now().time_since_epoch().count();
    entry->kind = command.location ? catalog::Table::Kind::External : catalog::Table::Kind::Managed;
    entry->location = command.location ? catalog::parse_location(*command.location).text
                                       : catalog::managed_location(context.world().catalog.get_database_to_fill(ref.database), ref.table);
    place = entry->location;
  }
  const auto table = context.world().places.delta_table(context.locate(place, {}), context.origin("CLONE"));
  if (table->storage().uri() == source.table->storage().uri()) throw Error(conditions::kCloneOntoItself, {{"tableName", ref.quoted()}});
  // What lies in a bucket and what lies in a folder cannot be read by one table.
  const auto scheme = [](const std::string& uri) { return uri.substr(0, uri.find(':')); };
  if (scheme(table->storage().uri()) != scheme(source.table->storage().uri()))
    throw Error(conditions::kUnsupportedFeature, {{"feature", "SHALLOW CLONE between a bucket and a folder"}, {"hint", "Clone to a place of the same kind."}});
  const auto before = table->exists() ? table->snapshot() : nullptr;
  if (before && command.if_not_exists) return no_rows();
  if (before && !replaces && !before->files().empty()) throw Error(conditions::kCloneIntoRows);

  delta::Metadata metadata = from->metadata();
  metadata.id = before ? before->metadata().id : random_uuid();
  for (const auto& [key, value] : command.properties) metadata.configuration.insert_or_assign(key, value);
  delta::prepare_replaced_schema(metadata, from->metadata());
  delta::CommitRequest request;
  // The clone needs what its source needs, and no less than it had.
  const delta::Protocol protocol = delta::upgraded_protocol(from->protocol(), metadata);
  if (!before || !(before->protocol() == protocol)) request.actions.emplace_back(protocol);
  request.actions.emplace_back(metadata);
  std::int64_t source_bytes = 0, removed_bytes = 0, num_removed = 0;
  if (before)
    for (const delta::AddFile& file : before->files()) {
      removed_bytes += file.num_bytes;
      ++num_removed;
      request.actions.emplace_back(remove_of(file, now_millis(context)));
    }
  for (const delta::AddFile& file : from->files()) {
    source_bytes += file.num_bytes;
    request.actions.emplace_back(cloned(*source.table, file));
  }
  const auto num_files = static_cast<std::int64_t>(from->files().size());
  request.reads.whole_table = before != nullptr;
  request.info = commit_info(context, "CLONE", {{"source", json_text(source.shown_name())}, {"sourceVersion", std::to_string(from->version())}, {"isShallow", "true"}});
  request.info.metrics = {{"sourceTableSize", std::to_string(source_bytes)}, {"sourceNumOfFiles", std::to_string(num_files)},
                          {"numRemovedFiles", std::to_string(num_removed)},  {"numCopiedFiles", "0"},
                          {"removedFilesSize", std::to_string(removed_bytes)}, {"copiedFilesSize", "0"}};
  table->commit(before, std::move(request));
  if (entry) {
    entry->partition_columns = metadata.partition_columns;
    if (context.world().catalog.find_table(entry->database, entry->name)) {
      context.world().catalog.put_table(std::move(*entry), context.origin("CLONE"));
    } else {
      context.world().catalog.create_table(std::move(*entry), context.origin("CLONE"));
    }
  }
  return sizes(source_bytes, num_files, removed_bytes, num_removed);
}

}  // namespace lab::commands
