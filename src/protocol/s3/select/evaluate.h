#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/s3/select/statement.h"

namespace lab::s3::select {

/// One row of what is read: fields of CSV, or a value of JSON.
struct Record {
  std::vector<std::string> fields;  ///< the first `num_fields`; what lies behind is of no meaning
  std::size_t num_fields = 0;
  Json document;
  bool is_json = false;
};

/// Runs a bound statement over records, one by one.
class Run {
 public:
  /// `statement` must outlive it.
  explicit Run(const Statement& statement);
  ~Run();

  /// The values of the row that the record makes, MISSING ones too; false when it makes none. A `*` gives none: the record is the
  /// row. Throws CastFailed and so on.
  bool take(const Record& record, std::vector<Value>& row);
  /// The row of aggregates, behind the last record; false for a statement without.
  bool finish(std::vector<Value>& row);
  /// The limit is reached: no more records are of use.
  bool is_done() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lab::s3::select
