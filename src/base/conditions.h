#pragma once

#include <string_view>

namespace lab {

/// What sort of thing went wrong: the one property by which every protocol chooses its own error. Each wire folder
/// translates it in one function (`wire/X/errors.cpp`), tested over every value.
enum class Kind {
  Parse,             ///< text of a query or expression that is no sentence of its grammar
  Analysis,          ///< a well-formed query that means nothing here: unknown names, wrong types
  InvalidArgument,   ///< a request whose values are not allowed
  Arithmetic,        ///< overflow, division by zero
  Cast,              ///< a value that has no form in the wanted type
  DateTime,          ///< a date or time text or field out of range
  ArrayIndex,        ///< an index outside an array
  NumberFormat,      ///< a text that is no number
  Runtime,           ///< another failure of a query over its data
  Unsupported,       ///< well understood, and not there
  NotFound,          ///< the thing asked for does not exist
  AlreadyExists,     ///< the thing to be made exists
  PreconditionFailed,///< a condition of the request (If-Match, expected version) does not hold
  Conflict,          ///< another change got there first; trying again may succeed
  Unauthenticated,   ///< who are you
  PermissionDenied,  ///< you may not
  TooLarge,          ///< beyond a size limit
  ResourceExhausted, ///< memory, disk, quota
  Unavailable,       ///< starting, stopping, or a peer that does not answer
  Cancelled,         ///< the client gave up or somebody interrupted it
  DeadlineExceeded,  ///< a time limit passed
  Corruption,        ///< stored bytes that are not what was stored
  Internal,          ///< our own mistake
};

/// One named way to fail. `name` is Spark's error condition where Spark has one, `sqlstate` its SQLSTATE; `message`
/// is a template whose `<parameters>` are filled from the Error. Rows live beside what raises them: Spark's in
/// `base/conditions.h`, others in a `conditions.h` of their module. Rows are constants and are compared by address.
struct Condition {
  std::string_view name;
  std::string_view sqlstate;
  Kind kind;
  std::string_view message;

  Condition(const Condition&) = delete;
  constexpr Condition(std::string_view n, std::string_view s, Kind k, std::string_view m)
      : name(n), sqlstate(s), kind(k), message(m) {}
};

namespace conditions {

inline constexpr Condition kInternalError{"INTERNAL_ERROR", "XX000", Kind::Internal, "<message>"};
inline constexpr Condition kOperationCanceled{"OPERATION_CANCELED", "HY008", Kind::Cancelled, "Operation has been canceled."};
inline constexpr Condition kParseSyntaxError{"PARSE_SYNTAX_ERROR", "42601", Kind::Parse, "Syntax error at or near <error><hint>."};
inline constexpr Condition kParseEmptyStatement{"PARSE_EMPTY_STATEMENT", "42617", Kind::Parse, "Syntax error, unexpected empty statement."};
inline constexpr Condition kTableOrViewNotFound{"TABLE_OR_VIEW_NOT_FOUND", "42P01", Kind::Analysis, "The table or view <relationName> cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS."};
inline constexpr Condition kTableOrViewNotFoundOnPath{"TABLE_OR_VIEW_NOT_FOUND", "42P01", Kind::Analysis, "The table or view <relationName> cannot be found. Verify the spelling and correctness of the schema and catalog.\nSearch path: <searchPath>.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS."};
inline constexpr Condition kTableOrViewAlreadyExists{"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", Kind::Analysis, "Cannot create table or view <relationName> because it already exists.\nChoose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects."};
inline constexpr Condition kSchemaNotFound{"SCHEMA_NOT_FOUND", "42704", Kind::Analysis, "The schema <schemaName> cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS."};
inline constexpr Condition kSchemaAlreadyExists{"SCHEMA_ALREADY_EXISTS", "42P06", Kind::Analysis, "Cannot create schema <schemaName> because it already exists.\nChoose a different name, drop the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema."};
inline constexpr Condition kSchemaNotEmpty{"SCHEMA_NOT_EMPTY", "2BP01", Kind::Analysis, "Cannot drop a schema <schemaName> because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the schema and all its objects."};
inline constexpr Condition kUnresolvedColumnWithSuggestion{"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", Kind::Analysis, "A column, variable, or function parameter with name <objectName> cannot be resolved. Did you mean one of the following? [<proposal>]."};
inline constexpr Condition kUnresolvedColumnWithoutSuggestion{"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703", Kind::Analysis, "A column, variable, or function parameter with name <objectName> cannot be resolved."};
inline constexpr Condition kUnresolvedRoutine{"UNRESOLVED_ROUTINE", "42883", Kind::Analysis, "Cannot resolve routine <routineName> on search path <searchPath>."};
inline constexpr Condition kUnsupportedFeature{"UNSUPPORTED_FEATURE", "0A000", Kind::Unsupported, "The feature is not supported: <feature>. <hint>"};

}  // namespace conditions
}  // namespace lab
