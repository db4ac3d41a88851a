#pragma once

#include <memory>

#include "protocol/s3/select/records.h"
#include "store/objects/objects.h"

namespace lab::s3 {

/// The rows of a Parquet object, as objects of JSON: times are texts, decimals numbers. Throws ParquetParsingError.
std::unique_ptr<select::RecordReader> open_parquet(std::shared_ptr<const store::ObjectReader> object);

}  // namespace lab::s3
