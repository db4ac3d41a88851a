#include "commands/change_feed.h"

#include <charconv>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/bound_rows.h"
#include "commands/conditions.h"
#include "commands/file_source.h"
#include "commands/find_option.h"
#include "commands/listing.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

constexpr const char* kTypeColumn = "_change_type";

const char* kind_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::Insert: return "insert";
    case ChangeKind::UpdatePreimage: return "update_preimage";
    case ChangeKind::UpdatePostimage: return "update_postimage";
    case ChangeKind::Delete: return "delete";
  }
  return "";
}

bool has_feed(const delta::Metadata& metadata) {
  for (const auto& [key, value] : metadata.configuration)
    if (equal_ignoring_case(key, "delta.enableChangeDataFeed")) return equal_ignoring_case(value, "true");
  return false;
}

std::int64_t parse_version(const std::string& text) {
  std::int64_t version = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (problem != std::errc{} || end != text.data() + text.size()) throw Error(conditions::kNotALong, {{"text", text}});
  return version;
}

/// One end of a range of versions.
struct Bound {
  std::int64_t version = 0;
  std::optional<std::int64_t> micros;  ///< the time that it was given by
};

std::optional<Bound> bound_of(const delta::Table& table, const plan::Options& options, bool is_start, bool may_be_outside, const Statement& context) {
  const auto version = find_option(options, is_start ? "startingversion" : "endingversion");
  const auto time = find_option(options, is_start ? "startingtimestamp" : "endingtimestamp");
  if (version && time) throw Error(conditions::kMultipleFeedBounds, {{"startingOrEnding", is_start ? "starting" : "ending"}});
  if (version) return Bound{parse_version(*version), {}};
  if (!time) return std::nullopt;
  const std::int64_t micros = instant_of(plan::make_literal(types::Literal::string(*time)), context);
  if (!is_start) return Bound{table.snapshot_at_time(micros, may_be_outside)->version(), micros};
  const std::int64_t first = table.first_version_since(micros);
  // Behind the last commit there is nothing to start from: time travel says so.
  if (first > table.snapshot()->version() && !may_be_outside) table.snapshot_at_time(micros, false);
  return Bound{first, micros};
}

}  // namespace

ChangeWriter::ChangeWriter(delta::Table& table, const delta::Metadata& metadata, Statement& context)
    : table_(table), metadata_(metadata), context_(context), is_on_(has_feed(metadata)) {}

void ChangeWriter::write(const bound::Query& rows, ChangeKind kind) {
  if (!is_on_) return;
  // Rows of before a change of the schema have NULL in its new columns.
  const bound::Query changes = over_rows(
      align_rows(rows, metadata_.schema, MatchColumns::ByName, {}),
      [&](plan::RelationPtr from) {
        plan::Expressions columns;
        for (const types::Field& field : metadata_.schema) columns.push_back(plan::make_attribute({field.name}));
        columns.push_back(plan::make_expression(plan::Alias{plan::make_literal(types::Literal::string(kind_name(kind))), {kTypeColumn}, {}}));
        return plan::make_relation(plan::Project{std::move(from), std::move(columns)});
      },
      context_);
  const StagedRows staged = stage_rows(table_, metadata_, changes, {kTypeColumn}, context_);
  staged_.push_back(staged.staged);
  for (const engine::WrittenFile& file : staged.files) {
    if (file.num_rows == 0) continue;
    const StagedPlace place = place_of(metadata_, file);
    char name[32];
    std::snprintf(name, sizeof name, "cdc-%05d-", static_cast<int>(files_.size()));
    delta::ChangeFile change{"_change_data/" + place.folder + name + random_uuid() + ".c000.snappy.parquet", place.partition_values, file.num_bytes};
    files_.push_back({change.path, file.path});
    actions_.emplace_back(std::move(change));
  }
}

void ChangeWriter::hand_over(delta::CommitRequest& request) {
  for (const auto& staged : staged_) staged->hand_over();
  request.actions.insert(request.actions.end(), std::make_move_iterator(actions_.begin()), std::make_move_iterator(actions_.end()));
  request.files.insert(request.files.end(), files_.begin(), files_.end());
}

bound::Query matching_rows(const delta::Snapshot& snapshot, const std::vector<std::size_t>& files, const plan::ExpressionPtr& condition,
                           const plan::NameParts& qualifier, Statement& context) {
  plan::RelationPtr rows = plan::make_relation(plan::SourceScan{snapshot.source_of(files), qualifier, false});
  if (condition) rows = plan::make_relation(plan::Filter{std::move(rows), condition});
  plan::Expressions columns;
  for (const types::Field& field : snapshot.schema()) columns.push_back(plan::make_attribute({field.name}));
  return context.analyze(plan::make_relation(plan::Project{std::move(rows), std::move(columns)}));
}

bool reads_changes(const plan::Options& options) {
  for (const char* key : {"readchangefeed", "readchangedata"}) {
    const auto value = find_option(options, key);
    if (!value) continue;
    if (equal_ignoring_case(*value, "true")) return true;
    if (!equal_ignoring_case(*value, "false"))
      throw Error(conditions::kIllegalOption, {{"input", *value}, {"name", std::string(key) == "readchangefeed" ? "readChangeFeed" : "readChangeData"}, {"explain", "must be 'true' or 'false'"}});
  }
  return false;
}

std::shared_ptr<const scan::TableSource> open_changes(const delta::Table& table, const plan::Options& options, const Statement& context) {
  const bool may_be_outside = equal_ignoring_case(context.setting("spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled").value_or("false"), "true");
  const auto first = bound_of(table, options, true, may_be_outside, context);
  if (!first) throw Error(conditions::kNoFeedStart);
  const auto last = bound_of(table, options, false, may_be_outside, context);
  const std::int64_t newest = table.snapshot()->version();
  const auto no_changes = [&] {
    types::Schema schema = table.snapshot()->source_of({})->schema();
    schema.push_back(text_column(kTypeColumn, true));
    schema.push_back({"_commit_version", types::TypeKind::Long, true, {}});
    schema.push_back({"_commit_timestamp", types::TypeKind::Timestamp, true, {}});
    return source_of(make_table(std::move(schema), {}), "changes");
  };
  if (first->version > newest) {
    if (may_be_outside) return no_changes();
    if (context.session().is_spark4()) throw Error(conditions::kFeedStartTooLate, {{"start", std::to_string(first->version)}, {"latest", std::to_string(newest)}});
    throw Error(conditions::kFeedStartTooLate3, {{"start", std::to_string(first->version)}, {"latest", std::to_string(newest)}});
  }
  if (last && last->version < first->version) {
    // Two times may lie between the same two commits.
    const bool is_between = first->micros && last->micros && *first->micros <= *last->micros && last->version == first->version - 1;
    if (is_between) return no_changes();
    throw Error(conditions::kInvalidFeedRange, {{"start", std::to_string(first->version)}, {"end", std::to_string(last->version)}});
  }
  return table.changes(first->version, last ? last->version : newest);
}

}  // namespace lab::commands
