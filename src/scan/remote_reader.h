#pragma once

#include <arrow/io/interfaces.h>

#include <memory>

#include "base/remote_objects.h"

namespace lab::scan {

/// A remote file as Arrow's readers take it: by ranges.
std::shared_ptr<arrow::io::RandomAccessFile> open_remote(std::shared_ptr<const RemoteFile> file);

}  // namespace lab::scan
