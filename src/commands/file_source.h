#pragma once

#include "commands/statement.h"

namespace lab::commands {

/// Opens files of a format as a source: Delta tables (at a version or time), Parquet, CSV, JSON and text with Spark's options (keys in
/// lower case). Without `schema` it is read from the files or inferred; partition folders (`k=v`) become columns.
/// Throws PATH_NOT_FOUND, UNABLE_TO_INFER_SCHEMA, DATA_SOURCE_NOT_FOUND, DELTA_TABLE_NOT_FOUND-like errors.
std::shared_ptr<const scan::TableSource> open_files(const Statement& statement, const std::string& format, const std::vector<catalog::Location>& locations,
                                                    const plan::Options& options, const std::optional<types::Schema>& schema,
                                                    const std::optional<std::string>& version_as_of, const plan::ExpressionPtr& timestamp_as_of);

/// A table of plain files whose folder is not there: no rows.
std::shared_ptr<const scan::TableSource> open_no_files(const Statement& statement, const std::string& format, const catalog::Location& location,
                                                       const plan::Options& options, const types::Schema& schema);

/// The version or time that `path@v3` or `path@20240131235959000` names, if it is such a path.
std::optional<std::string> travelled_version(const std::string& path);

/// Plain files, which may change while a statement reads them; tables and rows do not.
bool is_folder_of_files(const scan::TableSource& source);

/// A source over texts of a format: the user's data columns, or inferred ones, and then the partition columns of `scan`.
std::shared_ptr<const scan::TableSource> make_text_source(const Statement& statement, std::string name, scan::TextScan scan, const std::optional<types::Schema>& schema);

/// What Spark refuses of a user's schema before it looks at a file: repeated names, types that the format cannot read.
void check_schema(const types::Schema& schema, const std::string& format);

/// `read.schema(…)` takes no CHAR and VARCHAR: throws UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING.
void refuse_char(const types::Schema& schema);

/// Microseconds of a time that a query names: a literal, or an expression over none. Throws INVALID_TIME_TRAVEL_TIMESTAMP_EXPR for NULL.
std::int64_t instant_of(const plan::ExpressionPtr& time, const Statement& statement);

/// Throws DATA_SOURCE_NOT_FOUND, or says that the format is not built.
void check_file_format(const std::string& format);

}  // namespace lab::commands
