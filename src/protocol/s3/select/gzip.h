#pragma once

#include "protocol/s3/select/records.h"

namespace lab::s3::select {

/// What the bytes of `compressed` hold by GZIP, one member behind the other. Reading throws InvalidCompressionFormat for what is no
/// GZIP, or ends early.
ReadBytes unpack_gzip(ReadBytes compressed);

}  // namespace lab::s3::select
