#include "scan/text_schema.h"

#include "base/error.h"

namespace lab::scan {

types::Schema infer_schema(const TextScan&, const TextReading&) {
  throw Error(conditions::kUnsupportedFeature, {{"feature", "inferring the schema of text files"}, {"hint", "Give a schema."}});
}

}  // namespace lab::scan
