#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/s3/select/records.h"

namespace lab::s3::select {

/// One message of an event stream (`application/vnd.amazon.eventstream`).
std::string write_event(std::string_view type, std::string_view content_type, std::string_view payload);
std::string write_error_event(std::string_view code, std::string_view message);

/// One SelectObjectContent on its way: takes an object's bytes and gives the event stream that answers.
class Selection {
 public:
  /// `read` begins where first_byte() says. Reads the header of CSV. Throws what the statement or the object's beginning is wrong of.
  Selection(Request request, std::uint64_t object_size, ReadBytes read);
  /// Over records that the caller reads: of Parquet.
  Selection(Request request, std::unique_ptr<RecordReader> records);
  ~Selection();

  /// Of an object of so many bytes, the first that is read.
  static std::uint64_t first_byte(const Request& request, std::uint64_t object_size);

  /// More of the answer; empty behind its end. What goes wrong on the way throws; fail() says it to the client.
  std::string next();
  /// Ends the answer with an error.
  std::string fail(std::string_view code, std::string_view message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lab::s3::select
