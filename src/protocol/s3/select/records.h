#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "protocol/s3/select/evaluate.h"
#include "protocol/s3/select/request.h"

namespace lab::s3::select {

/// Fills up to the span's size; 0 at the end.
using ReadBytes = std::function<std::size_t(std::span<char>)>;

/// Which bytes of the object are read, and which records of them: those that begin at `first` or behind it and not behind `last`.
struct ScanWindow {
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;
};

/// The records of one object, one after the other.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// False at the end. Throws CSVParsingError, JSONParsingError, OverMaxRecordSize.
  virtual bool next(Record& record) = 0;
  /// Of the columns, once they are known; nullptr for JSON.
  virtual const std::vector<std::string>* names() const = 0;
  /// Bytes of the object that it read by itself; 0 where ReadBytes gives them.
  virtual std::uint64_t num_read() const { return 0; }
};

/// `read` begins at the window's first byte, or one before it where that is not the object's first: so the record that begins
/// earlier is told from the one that begins there.
std::unique_ptr<RecordReader> open_csv(ReadBytes read, const CsvInput& format, ScanWindow window);
/// `from` is the statement's path into each document: a list at its end is one record unless `[*]` takes it apart.
std::unique_ptr<RecordReader> open_json(ReadBytes read, std::vector<PathStep> from, ScanWindow window);

}  // namespace lab::s3::select
