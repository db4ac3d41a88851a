#include "scan/text_pieces.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "scan/csv_options.h"
#include "scan/packing.h"

namespace lab::scan {

namespace {

constexpr std::size_t kPieceBytes = 4U << 20U;
constexpr std::size_t kMaxThreads = 8;

bool is_read_whole(const TextScan& scan, const std::string& path) {
  return is_packed(path) || encoding_of(scan).find("16") != std::string::npos || encoding_of(scan).find("32") != std::string::npos ||
         parse_flag(scan.options, "multiline", false) || parse_flag(scan.options, "wholetext", false);
}

}  // namespace

std::string encoding_of(const TextScan& scan) {
  for (const char* key : {"encoding", "charset"}) {
    if (const auto found = scan.options.find(key); found != scan.options.end()) return found->second;
  }
  return "UTF-8";
}

bool is_ignored(const Error& failure, const std::map<std::string, std::string>& options) {
  if (&failure.condition() == &conditions::kFileNotExist) return parse_flag(options, "ignoremissingfiles", false);
  return failure.kind() == Kind::Corruption && parse_flag(options, "ignorecorruptfiles", false);
}

std::vector<TextPiece> cut_pieces(const TextScan& scan) {
  std::vector<TextPiece> pieces;
  for (std::size_t i = 0; i < scan.files.size(); ++i) {
    if (scan.format == TextScan::Format::Binary || is_read_whole(scan, scan.files[i].path)) {
      pieces.push_back({i, 0, SIZE_MAX});
      continue;
    }
    std::error_code error;
    const auto size = scan.files[i].text ? scan.files[i].text->size() : std::filesystem::file_size(scan.files[i].path, error);
    for (std::size_t begin = 0; begin < std::max<std::size_t>(error ? 0 : size, 1); begin += kPieceBytes) {
      // The last piece takes what a transcoded text has more than its file.
      const bool is_last = error || begin + kPieceBytes >= size;
      pieces.push_back({i, begin, is_last ? SIZE_MAX : begin + kPieceBytes});
    }
  }
  return pieces;
}

std::shared_ptr<const TextFile> open_to_infer(const TextScan& scan, std::size_t file) {
  try {
    return TextFile::open(scan.files[file], encoding_of(scan));
  } catch (const Error& error) {
    if (is_ignored(error, scan.options)) return nullptr;
    if (&error.condition() == &conditions::kFailedReadFile) throw Error(conditions::kFailedReadFile, {{"path", error.parameters().at("path")}});
    throw;
  }
}

void for_each_piece(const TextScan& scan, const std::vector<TextPiece>& pieces, const std::function<void(std::size_t, const TextPiece&, const TextFile&)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    std::shared_ptr<const TextFile> text;
    std::size_t open_file = 0;
    try {
      for (std::size_t i = next++; i < pieces.size(); i = next++) {
        if (!text || open_file != pieces[i].file) text = open_to_infer(scan, pieces[i].file);
        open_file = pieces[i].file;
        if (text) work(i, pieces[i], *text);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = pieces.size();
    }
  };
  {
    std::vector<std::jthread> helpers;
    const std::size_t num_threads = std::min({pieces.size(), kMaxThreads, std::size_t{std::max(1U, std::thread::hardware_concurrency())}});
    for (std::size_t i = 1; i < num_threads; ++i) helpers.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace lab::scan
