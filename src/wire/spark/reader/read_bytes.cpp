#include <google/protobuf/io/coded_stream.h>
#include <spark/connect/base.pb.h>

#include "wire/spark/conditions.h"
#include "wire/spark/reader/plan_reader.h"

namespace lab::wire::spark {

plan::Statement PlanReader::read_plan(std::string_view bytes) {
  constexpr int kMaxNesting = 10'000;
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMaxNesting);
  proto::Plan message;
  if (!message.ParseFromCodedStream(&input)) throw Error(conditions::kInvalidPlanInput, {{"message", "the bytes are no plan"}});
  return read_plan(message);
}

}  // namespace lab::wire::spark
