#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "scan/table_source.h"
#include "scan/text_lines.h"

namespace lab::scan {

/// A piece of one file that one thread reads: bytes [begin, end) of its text, cut anywhere; records belong to where they begin.
struct TextPiece {
  std::size_t file = 0;
  std::size_t begin = 0, end = 0;
};

/// The files in pieces of a few megabytes, in order; files whose records may begin anywhere (multiLine, wholetext, packed, UTF-16) whole.
std::vector<TextPiece> cut_pieces(const TextScan& scan);

/// The option `encoding` or `charset`.
std::string encoding_of(const TextScan& scan);

/// Whether the options `ignoreCorruptFiles` and `ignoreMissingFiles` say not to mind that a file could not be opened.
bool is_ignored(const Error& failure, const std::map<std::string, std::string>& options);

/// A file's text for a schema to be inferred from. Null: it cannot be read, and the options say not to mind. Throws FAILED_READ_FILE, which then
/// names the file and no reason.
std::shared_ptr<const TextFile> open_to_infer(const TextScan& scan, std::size_t file);

/// Calls `work` for each piece on a few threads, its number first; a thread's texts live during the call. The first exception ends all.
void for_each_piece(const TextScan& scan, const std::vector<TextPiece>& pieces, const std::function<void(std::size_t, const TextPiece&, const TextFile&)>& work);

}  // namespace lab::scan
