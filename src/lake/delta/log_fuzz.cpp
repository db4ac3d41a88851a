// A Delta log comes from whoever may write to the table's place. Whatever stands in it ends in a state or in Error; a state that was read
// prints as actions that read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "lake/delta/deletion_vector.h"
#include "lake/delta/log_names.h"
#include "lake/delta/parsed_statistics.h"
#include "lake/delta/snapshot.h"
#include "lake/delta/state.h"
#include "lake/delta/time_text.h"

namespace delta = lab::lake::delta;

namespace {

delta::TableState read_state(std::string_view text) {
  delta::Replay replay{delta::TableState{}};
  delta::read_log_actions(text, "fuzz", delta::CommitInfoDetail::All, [&](delta::LogAction&& action) { replay.apply(std::move(action)); });
  return std::move(replay).finish();
}

void look_at(const delta::TableState& state) {
  if (!state.metadata) return;
  const delta::ColumnLayout layout = delta::layout_of(*state.metadata);
  for (const delta::AddFile& file : state.files) {
    const delta::FileStatistics statistics = delta::parse_statistics(file, layout.data);
    for (int column = 0; column < static_cast<int>(state.metadata->schema.size()); ++column)
      (void)delta::may_hold({{column, lab::types::Value{std::int64_t{3}}, lab::types::Value{std::int64_t{9}}}}, *state.metadata, layout, file, statistics);
  }
}

void print_and_read_again(const delta::TableState& state) {
  std::string text;
  for (const delta::AddFile& file : state.files) text += delta::print_action(file) + "\n";
  const delta::TableState again = read_state(text);
  if (again.files.size() != state.files.size()) std::abort();
  for (std::size_t i = 0; i < state.files.size(); ++i)
    if (again.files[i].path != state.files[i].path || again.files[i].partition_values != state.files[i].partition_values) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 3) {
      case 0: {
        const delta::TableState state = read_state(text);
        print_and_read_again(state);
        look_at(state);
        break;
      }
      case 1: (void)delta::parse_roaring_array(text, 100'000); break;
      default:
        (void)delta::parse_log_name(text);
        (void)delta::parse_timestamp(text);
        (void)delta::decode_base85(text);
    }
  } catch (const lab::Error&) {
  }
  return 0;
}
