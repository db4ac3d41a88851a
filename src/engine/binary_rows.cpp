#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/conditions.h"
#include "engine/kernels/raise.h"
#include "engine/text_rows.h"
#include "engine/unreadable_file.h"

namespace lab::engine {
namespace {

constexpr std::int64_t kMaxContent = 1'073'741'824;  ///< beyond this a value is none for the wire either

/// The binaryFile source: path, modificationTime, length and content, a row for each file.
class BinaryRowReader : public TextRowReader {
 public:
  explicit BinaryRowReader(const TextScanPlan& plan) : plan_(plan) {}

  void begin(const scan::TextPiece& piece, std::shared_ptr<const scan::TextFile>) override {
    file_ = &plan_.scan().files[piece.file];
    is_done_ = false;
  }

  std::size_t read(duckdb::DataChunk& output, std::size_t row) override {
    if (is_done_ || row >= STANDARD_VECTOR_SIZE) return row;
    is_done_ = true;
    for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
      const int column = plan_.columns[i];
      if (column < 0 || static_cast<std::size_t>(column) >= plan_.num_data_columns()) continue;
      write(output.data[i], row, plan_.source->schema()[static_cast<std::size_t>(column)].name);
    }
    return row + 1;
  }

 private:
  using FlatVector = duckdb::FlatVector;

  void write(duckdb::Vector& vector, std::size_t row, const std::string& name) {
    if (name == "path") {
      const std::string uri = file_uri(*file_);
      // Hadoop's Path prints one slash, not three.
      const std::string text = uri.starts_with("file:///") ? "file:" + uri.substr(7) : uri;
      FlatVector::GetData<duckdb::string_t>(vector)[row] = duckdb::StringVector::AddString(vector, text);
    } else if (name == "modificationTime") {
      FlatVector::GetData<std::int64_t>(vector)[row] = file_->modified_millis * 1000;
    } else if (name == "length") {
      FlatVector::GetData<std::int64_t>(vector)[row] = file_->num_bytes;
    } else if (name == "content") {
      write_content(vector, row);
    } else {
      FlatVector::SetNull(vector, row, true);
    }
  }

  [[noreturn]] void fail(const std::string& reason) { raise_unreadable(*file_, plan_.scan().is_spark4, reason); }

  void write_content(duckdb::Vector& vector, std::size_t row) {
    if (file_->num_bytes > kMaxContent)
      fail("The length of " + file_uri(*file_) + " is " + std::to_string(file_->num_bytes) + ", which exceeds the max length allowed: " + std::to_string(kMaxContent) + ".");
    const int handle = ::open(file_->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0 && errno == ENOENT) raise(conditions::kFileNotExist, {{"path", file_uri(*file_)}});
    if (handle < 0) fail(std::strerror(errno));
    struct stat status {};
    ::fstat(handle, &status);
    auto content = duckdb::StringVector::EmptyString(vector, static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < static_cast<std::size_t>(status.st_size)) {
      const auto count = ::read(handle, content.GetDataWriteable() + done, static_cast<std::size_t>(status.st_size) - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    ::close(handle);
    if (done < static_cast<std::size_t>(status.st_size)) fail("Unexpected end of file");
    content.Finalize();
    FlatVector::GetData<duckdb::string_t>(vector)[row] = content;
  }

  const TextScanPlan& plan_;
  const scan::DataFile* file_ = nullptr;
  bool is_done_ = false;
};

}  // namespace

std::unique_ptr<TextRowReader> make_binary_reader(const TextScanPlan& plan) { return std::make_unique<BinaryRowReader>(plan); }

}  // namespace lab::engine
