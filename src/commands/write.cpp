#include <algorithm>

#include "commands/buckets.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_write.h"
#include "commands/save_table.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

std::string path_of(const plan::WriteOperation& command) {
  if (!command.path.empty()) return command.path;
  const auto option = command.options.find("path");
  if (option == command.options.end()) throw Error(conditions::kPathOptionNotSupported, {});
  return option->second;
}

LocalTable write_path(const plan::WriteOperation& command, const std::string& format, Statement& context) {
  const catalog::Location location = context.locate(path_of(command), command.options);
  if (format != "delta") {
    write_files({context.analyze(command.input), format, location, command.mode, command.partition_by, command.options}, context);
    return no_rows();
  }
  const auto table = context.world().places.delta_table(location, context.origin("WRITE"));
  const bool exists = table->exists();
  if (exists && command.mode == plan::SaveMode::Ignore) return no_rows();
  if (exists && command.mode == plan::SaveMode::ErrorIfExists)
    throw Error(conditions::kDeltaPathExists, {{"path", location.text}});
  DeltaWrite write;
  write.rows = context.analyze(command.input);
  write.mode = command.mode;
  if (!command.partition_by.empty() || !exists) write.partition_by = command.partition_by;
  write.options = read_delta_options(command.options, context);
  write.table_name = types::quote_parts({"delta", location.text});
  write_delta(*table, std::move(write), context);
  return no_rows();
}

}  // namespace

LocalTable write(const plan::WriteOperation& command, Statement& context) {
  const std::string format = command.source.empty() ? context.setting("spark.sql.sources.default").value_or("parquet") : command.source;
  if (command.bucket_by.empty() && !command.sort_by.empty()) throw Error(conditions::kSortWithoutBuckets, {});
  if (command.target != plan::WriteOperation::Target::SaveAsTable && !command.bucket_by.empty()) {
    const char* operation = command.target == plan::WriteOperation::Target::Path ? "save" : "insertInto";
    throw Error(!command.sort_by.empty() ? conditions::kBucketAndSortUnsupported : conditions::kBucketUnsupported, {{"operation", operation}});
  }
  // Spark 4 looks at the number before it looks for the table.
  if (context.policy().is_spark4 && !command.bucket_by.empty()) check_bucket_count({command.bucket_by, command.sort_by, command.num_buckets}, false, context);
  switch (command.target) {
    case plan::WriteOperation::Target::Path:
      if (format == "noop") {
        // Runs the query and drops the rows: what people time queries with.
        const auto stream = context.run(context.analyze(command.input));
        while (stream->next(8 << 20)) {
        }
        return no_rows();
      }
      return write_path(command, format, context);
    case plan::WriteOperation::Target::InsertInto: {
      plan::Insert insert_command;
      insert_command.table = command.table;
      insert_command.query = command.input;
      insert_command.overwrite = command.mode == plan::SaveMode::Overwrite;
      return insert(insert_command, context);
    }
    case plan::WriteOperation::Target::SaveAsTable: {
      SaveTable save;
      save.name = command.table;
      save.rows = context.analyze(command.input);
      save.provider = command.source.empty() ? "" : command.source;
      save.mode = command.mode;
      save.partition_by = command.partition_by;
      save.options = command.options;
      if (!command.bucket_by.empty()) save.buckets = plan::BucketSpec{command.bucket_by, command.sort_by, command.num_buckets};
      save_table(std::move(save), context);
      return no_rows();
    }
  }
  return no_rows();
}

LocalTable write_v2(const plan::WriteOperationV2& command, Statement& context) {
  using Mode = plan::WriteOperationV2::Mode;
  switch (command.mode) {
    case Mode::Create:
    case Mode::Replace:
    case Mode::CreateOrReplace: {
      SaveTable save;
      save.name = command.table;
      save.rows = context.analyze(command.input);
      save.provider = command.provider;
      save.options = command.options;
      save.properties = command.properties;
      for (const plan::ExpressionPtr& column : command.partitioning) save.partition_by.push_back(partition_column(column));
      save.mode = command.mode == Mode::Create ? plan::SaveMode::ErrorIfExists : plan::SaveMode::Overwrite;
      save.replace = command.mode != Mode::Create;
      save.must_exist = command.mode == Mode::Replace;
      save_table(std::move(save), context);
      return no_rows();
    }
    case Mode::Append:
    case Mode::Overwrite:
    case Mode::OverwritePartitions: {
      DeltaTarget target = open_delta_target(resolve_name(command.table, context), context, "WRITE");
      DeltaWrite write;
      write.rows = context.analyze(command.input);
      write.mode = command.mode == Mode::Append ? plan::SaveMode::Append : plan::SaveMode::Overwrite;
      write.options = read_delta_options(command.options, context);
      write.replace_condition = command.overwrite_condition;
      write.dynamic_overwrite = command.mode == Mode::OverwritePartitions;
      write.table_name = target.name;
      write_delta(*target.table, std::move(write), context);
      return no_rows();
    }
  }
  return no_rows();
}

}  // namespace lab::commands
