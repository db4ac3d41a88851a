#pragma once

#include <string_view>

#include "duckdb/common/types/vector.hpp"

namespace lab::engine {

/// Appends lists to a LIST result row by row. Elements are numbers or text.
class ListWriter {
 public:
  explicit ListWriter(duckdb::Vector& list) : list_(list) {
    list.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    duckdb::ListVector::SetListSize(list, 0);
  }
  void begin(duckdb::idx_t row) {
    row_ = row;
    start_ = duckdb::ListVector::GetListSize(list_);
  }
  void add(std::int64_t value) {
    const auto at = grow();
    duckdb::FlatVector::GetData<std::int64_t>(duckdb::ListVector::GetEntry(list_))[at] = value;
  }
  void add(std::string_view value) {
    const auto at = grow();
    auto& child = duckdb::ListVector::GetEntry(list_);
    duckdb::FlatVector::GetData<duckdb::string_t>(child)[at] = duckdb::StringVector::AddStringOrBlob(child, value.data(), value.size());
  }
  void add_null() { duckdb::FlatVector::SetNull(duckdb::ListVector::GetEntry(list_), grow(), true); }
  void end() {
    duckdb::FlatVector::GetData<duckdb::list_entry_t>(list_)[row_] = {start_, duckdb::ListVector::GetListSize(list_) - start_};
  }
  void set_null(duckdb::idx_t row) { duckdb::FlatVector::SetNull(list_, row, true); }

 private:
  duckdb::idx_t grow() {
    const auto at = duckdb::ListVector::GetListSize(list_);
    duckdb::ListVector::Reserve(list_, at + 1);
    duckdb::ListVector::SetListSize(list_, at + 1);
    return at;
  }
  duckdb::Vector& list_;
  duckdb::idx_t row_ = 0, start_ = 0;
};

}  // namespace lab::engine
