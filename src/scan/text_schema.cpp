#include "scan/text_schema.h"

#include "base/error.h"
#include "scan/csv_schema.h"
#include "scan/json_schema.h"

namespace lab::scan {

types::Schema infer_schema(const TextScan& scan, const TextReading& reading) {
  using types::TypeKind;
  switch (scan.format) {
    case TextScan::Format::Csv: return infer_csv_schema(scan, reading);
    case TextScan::Format::Text: return {{"value", TypeKind::String, true, {}}};
    case TextScan::Format::Binary:
      return {{"path", TypeKind::String, true, {}},
              {"modificationTime", TypeKind::Timestamp, true, {}},
              {"length", TypeKind::Long, true, {}},
              {"content", TypeKind::Binary, true, {}}};
    case TextScan::Format::Json: return infer_json_schema(scan, reading);
  }
  LAB_CHECK(false, "format without a schema");
}

}  // namespace lab::scan
