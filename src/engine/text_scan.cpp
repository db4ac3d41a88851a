#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/conditions.h"
#include "engine/duck_type.h"
#include "engine/inputs.h"
#include "engine/kernels/raise.h"
#include "engine/malformed_record.h"
#include "engine/table_functions.h"
#include "engine/text_rows.h"
#include "engine/unreadable_file.h"
#include "scan/csv_options.h"

namespace lab::engine {
namespace {

struct TextBind : duckdb::TableFunctionData {
  std::shared_ptr<const scan::TableSource> source;
  std::string time_zone;
};

std::unique_ptr<TextRowReader> make_reader(const TextScanPlan& plan) {
  switch (plan.scan().format) {
    case scan::TextScan::Format::Csv: return make_csv_reader(plan);
    case scan::TextScan::Format::Json: return make_json_reader(plan);
    case scan::TextScan::Format::Text: return make_line_reader(plan);
    case scan::TextScan::Format::Binary: return make_binary_reader(plan);
  }
  LAB_CHECK(false, "format without a reader");
}

struct TextGlobal : duckdb::GlobalTableFunctionState {
  TextScanPlan plan;
  std::vector<scan::TextPiece> pieces;
  std::atomic<std::size_t> next{0};
  std::size_t max_threads = 1;

  duckdb::idx_t MaxThreads() const override { return max_threads; }
};

struct TextLocal : duckdb::LocalTableFunctionState {
  std::unique_ptr<TextRowReader> reader;
  std::shared_ptr<const scan::TextFile> text;
  std::size_t piece = 0, open_file = 0;
  bool has_piece = false;
};

// Errors of ours cross DuckDB as one wrapper exception.
template <typename Work>
auto raising_ours(Work work) {
  try {
    return work();
  } catch (const Error& error) {
    raise(error);
  }
}

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& context, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<duckdb::string>& names) {
  auto data = duckdb::make_uniq<TextBind>();
  data->source = StatementInputs::find(context, input.inputs[0].GetValue<std::string>());
  data->time_zone = StatementInputs::zone_of(context);
  for (const auto& field : data->source->schema()) {
    names.push_back("x" + std::to_string(names.size()));
    types.push_back(to_duck(field.type));
  }
  if (const auto& metadata = data->source->text_scan()->metadata_column) {
    names.push_back("x" + std::to_string(names.size()));
    types.push_back(to_duck(metadata->type));
  }
  return data;
}

bool is_metadata(const scan::TableSource& source, int column) { return static_cast<std::size_t>(column) == source.schema().size(); }

// A record is only known as corrupt by the columns that it is read for.
void check_corrupt_column(const TextScanPlan& plan) {
  const scan::TextScan& scan = plan.scan();
  // Spark 3.5 lets CSV pass, where no record is corrupt then.
  if (scan.format != scan::TextScan::Format::Json && !(scan.format == scan::TextScan::Format::Csv && scan.is_spark4)) return;
  const auto named = scan.options.find("columnnameofcorruptrecord");
  const std::string name = named == scan.options.end() ? "_corrupt_record" : named->second;
  std::size_t num_columns = 0, num_corrupt = 0;
  for (const int column : plan.columns) {
    if (column < 0 || static_cast<std::size_t>(column) >= plan.num_data_columns()) continue;
    ++num_columns;
    if (plan.source->schema()[static_cast<std::size_t>(column)].name == name) ++num_corrupt;
  }
  if (num_columns > 0 && num_columns == num_corrupt) raise(scan.is_spark4 ? conditions::kOnlyCorruptColumn : conditions::kOnlyCorruptColumn35);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_global(duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
  const auto& data = input.bind_data->Cast<TextBind>();
  auto state = duckdb::make_uniq<TextGlobal>();
  state->plan.source = data.source;
  state->plan.time_zone = data.time_zone;
  for (const auto column : input.column_ids) {
    state->plan.columns.push_back(duckdb::IsVirtualColumn(column) ? -1 : static_cast<int>(column));
  }
  state->plan.types = [&] {
    duckdb::vector<duckdb::LogicalType> types;
    for (const int column : state->plan.columns)
      types.push_back(column < 0 || is_metadata(*data.source, column) ? duckdb::LogicalType::BOOLEAN : to_duck(data.source->schema()[static_cast<std::size_t>(column)].type));
    return types;
  }();
  raising_ours([&] {
    check_corrupt_column(state->plan);
    state->pieces = scan::cut_pieces(state->plan.scan());
  });
  state->max_threads = std::max<std::size_t>(state->pieces.size(), 1);
  return state;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_local(duckdb::ExecutionContext&, duckdb::TableFunctionInitInput&,
                                                               duckdb::GlobalTableFunctionState* global) {
  auto state = duckdb::make_uniq<TextLocal>();
  raising_ours([&] { state->reader = make_reader(static_cast<TextGlobal*>(global)->plan); });
  return state;
}

void write_partitions(const TextScanPlan& plan, std::size_t file, duckdb::DataChunk& output) {
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const int column = plan.columns[i];
    if (column < 0) {
      output.data[i].Reference(duckdb::Value(output.data[i].GetType()));
    } else if (is_metadata(*plan.source, column)) {
      output.data[i].Reference(to_duck(plan.scan().files[file].partition_values.back(), plan.scan().metadata_column->type));
    } else if (static_cast<std::size_t>(column) >= plan.num_data_columns()) {
      const std::size_t partition = static_cast<std::size_t>(column) - plan.num_data_columns();
      output.data[i].Reference(to_duck(plan.scan().files[file].partition_values.at(partition), plan.scan().partition_columns[partition].type));
    }
  }
}

/// Null: the file cannot be read or is not there, and `ignoreCorruptFiles` or `ignoreMissingFiles` says not to mind.
std::shared_ptr<const scan::TextFile> open_text(const scan::TextScan& scan, std::size_t file) {
  try {
    return scan::TextFile::open(scan.files[file], scan::encoding_of(scan));
  } catch (const Error& error) {
    if (scan::is_ignored(error, scan.options)) return nullptr;
    if (&error.condition() == &conditions::kFileNotExist) raise(conditions::kFileNotExist, {{"path", file_uri(scan.files[file])}});
    if (error.kind() != Kind::Corruption) throw;
    const auto reason = error.parameters().find("message");
    raise_unreadable(scan, file, reason == error.parameters().end() ? error.message() : reason->second);
  }
}

void scan_text(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
  auto& global = input.global_state->Cast<TextGlobal>();
  auto& local = input.local_state->Cast<TextLocal>();
  raising_ours([&] {
    while (true) {
      if (!local.has_piece) {
        local.piece = global.next++;
        if (local.piece >= global.pieces.size()) return;
        const scan::TextPiece& piece = global.pieces[local.piece];
        if (global.plan.scan().format != scan::TextScan::Format::Binary && (!local.text || local.open_file != piece.file)) {
          local.text = open_text(global.plan.scan(), piece.file);
          local.open_file = piece.file;
          if (!local.text) continue;
        }
        local.reader->begin(piece, local.text);
        local.has_piece = true;
      }
      // A chunk never mixes pieces: its batch index and its partition values are the piece's.
      const std::size_t rows = local.reader->read(output, 0);
      if (rows < STANDARD_VECTOR_SIZE) local.has_piece = false;
      if (rows > 0) {
        write_partitions(global.plan, global.pieces[local.piece].file, output);
        output.SetCardinality(rows);
        return;
      }
    }
  });
}

duckdb::OperatorPartitionData partition_data(duckdb::ClientContext&, duckdb::TableFunctionGetPartitionInput& input) {
  return duckdb::OperatorPartitionData(input.local_state->Cast<TextLocal>().piece);
}

double progress(duckdb::ClientContext&, const duckdb::FunctionData*, const duckdb::GlobalTableFunctionState* state) {
  const auto& global = state->Cast<TextGlobal>();
  if (global.pieces.empty()) return 100;
  return 100.0 * static_cast<double>(std::min(global.next.load(), global.pieces.size())) / static_cast<double>(global.pieces.size());
}

duckdb::unique_ptr<duckdb::NodeStatistics> text_cardinality(duckdb::ClientContext&, const duckdb::FunctionData* data) {
  constexpr std::size_t kBytesARow = 100;
  std::size_t bytes = 0;
  for (const auto& file : data->Cast<TextBind>().source->text_scan()->files) bytes += static_cast<std::size_t>(std::max<std::int64_t>(file.num_bytes, 0));
  return duckdb::make_uniq<duckdb::NodeStatistics>(bytes / kBytesARow + 1);
}

}  // namespace

void register_text_scan(duckdb::DuckDB& database) {
  duckdb::TableFunction function("text_scan", {duckdb::LogicalType::VARCHAR}, scan_text, bind, init_global, init_local);
  function.projection_pushdown = true;
  function.get_partition_data = partition_data;
  function.table_scan_progress = progress;
  function.cardinality = text_cardinality;
  duckdb::ExtensionLoader(*database.instance, "lab").RegisterFunction(std::move(function));
}

}  // namespace lab::engine
