#include <random>
#include <unordered_set>

#include "compute/clock_math.h"
#include "compute/conditions.h"
#include "duckdb/function/create_sort_key.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"
#include "engine/kernels/list_writer.h"

/// Kernels over lists answer with 1-based positions, which `list_select` turns into elements of any type; equality of
/// elements is that of DuckDB's sort keys, so NULLs, NaN and nested values compare as in DISTINCT.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::list_entry_t;
using duckdb::LogicalType;
using duckdb::Vector;
using std::string_view;

/// The lists of a vector with a key for each element.
class KeyedLists {
 public:
  KeyedLists(Vector& lists, idx_t count)
      : keys_(LogicalType::BLOB, std::max<idx_t>(duckdb::ListVector::GetListSize(lists), 1)) {
    lists.ToUnifiedFormat(count, format_);
    const idx_t size = duckdb::ListVector::GetListSize(lists);
    if (size > 0) {
      duckdb::CreateSortKeyHelpers::CreateSortKey(
          duckdb::ListVector::GetEntry(lists), size,
          duckdb::OrderModifiers(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST), keys_);
      keys_.Flatten(size);
    }
  }
  bool is_valid(idx_t row) const { return format_.validity.RowIsValid(format_.sel->get_index(row)); }
  list_entry_t operator[](idx_t row) const {
    return duckdb::UnifiedVectorFormat::GetData<list_entry_t>(format_)[format_.sel->get_index(row)];
  }
  string_view key(idx_t element) const {
    const auto& key = duckdb::FlatVector::GetData<duckdb::string_t>(keys_)[element];
    return {key.GetData(), key.GetSize()};
  }

 private:
  mutable Vector keys_;
  duckdb::UnifiedVectorFormat format_;
};

void distinct_indices(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const KeyedLists lists(arguments.data[0], arguments.size());
  ListWriter out(result);
  std::unordered_set<string_view> seen;
  for (idx_t row = 0; row < count; ++row) {
    if (!lists.is_valid(row)) {
      out.set_null(row);
      continue;
    }
    seen.clear();
    out.begin(row);
    const auto entry = lists[row];
    for (idx_t i = 0; i < entry.length; ++i) {
      if (seen.insert(lists.key(entry.offset + i)).second) out.add(static_cast<std::int64_t>(i + 1));
    }
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Distinct positions of the first list whose elements are, or are not, in the second.
template <bool Wanted>
void filtered_indices(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const KeyedLists left(arguments.data[0], arguments.size()), right(arguments.data[1], arguments.size());
  ListWriter out(result);
  std::unordered_set<string_view> other, seen;
  for (idx_t row = 0; row < count; ++row) {
    if (!left.is_valid(row) || !right.is_valid(row)) {
      out.set_null(row);
      continue;
    }
    other.clear();
    seen.clear();
    const auto b = right[row];
    for (idx_t i = 0; i < b.length; ++i) other.insert(right.key(b.offset + i));
    out.begin(row);
    const auto a = left[row];
    for (idx_t i = 0; i < a.length; ++i) {
      const string_view key = left.key(a.offset + i);
      if (other.contains(key) == Wanted && seen.insert(key).second) out.add(static_cast<std::int64_t>(i + 1));
    }
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

duckdb::unique_ptr<duckdb::FunctionData> bind_lists(duckdb::ClientContext&, duckdb::ScalarFunction& function,
                                                    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && i < function.GetArguments().size(); ++i) {
    const auto& type = arguments[i]->return_type;
    function.GetArguments()[i] =
        type.id() == duckdb::LogicalTypeId::LIST ? type : LogicalType::LIST(LogicalType::INTEGER);
  }
  return nullptr;
}

/// Positions written by a plain function of a list's length and numbers; `Writer` adds them.
template <typename Fill>
void write_positions(DataChunk& arguments, Vector& result, Fill fill) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  arguments.Flatten();
  ListWriter out(result);
  for (idx_t row = 0; row < count; ++row) {
    bool valid = true;
    for (auto& column : arguments.data) valid = valid && duckdb::FlatVector::Validity(column).RowIsValid(row);
    if (!valid) {
      out.set_null(row);
      continue;
    }
    out.begin(row);
    fill(row, out);
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <typename T>
T value_at(DataChunk& arguments, std::size_t column, idx_t row) {
  return duckdb::FlatVector::GetData<T>(arguments.data[column])[row];
}

/// slice(length, start, count): start counts from 1, negative from behind.
void slice_indices(DataChunk& arguments, ExpressionState&, Vector& result) {
  write_positions(arguments, result, [&](idx_t row, ListWriter& out) {
    const auto size = value_at<std::int64_t>(arguments, 0, row);
    const std::int64_t start = value_at<std::int32_t>(arguments, 1, row),
                       length = value_at<std::int32_t>(arguments, 2, row);
    if (start == 0)
      throw Error(compute::conditions::kSliceStart, {{"parameter", "`start`"}, {"functionName", "`slice`"}});
    if (length < 0)
      throw Error(compute::conditions::kSliceLength,
                  {{"parameter", "`length`"}, {"functionName", "`slice`"}, {"length", std::to_string(length)}});
    const std::int64_t first = start > 0 ? start : size + start + 1;
    if (first < 1) return;
    for (std::int64_t i = first; i < first + length && i <= size; ++i) out.add(i);
  });
}

/// insert(length, position): positions in the list with the new element at its end.
void insert_indices(DataChunk& arguments, ExpressionState&, Vector& result) {
  write_positions(arguments, result, [&](idx_t row, ListWriter& out) {
    const auto size = value_at<std::int64_t>(arguments, 0, row);
    const std::int64_t position = value_at<std::int32_t>(arguments, 1, row);
    if (position == 0) throw Error(compute::conditions::kIndexOfZero, {});
    const std::int64_t fresh = size + 1;
    if (position > 0) {
      for (std::int64_t i = 1; i < position; ++i) {
        if (i <= size)
          out.add(i);
        else
          out.add(fresh + 1);
      }
      out.add(fresh);
      for (std::int64_t i = position; i <= size; ++i) out.add(i);
      return;
    }
    // -1 puts the element last.
    const std::int64_t before = size + position + 1;
    if (before < 0) {
      out.add(fresh);
      for (std::int64_t i = before; i < 0; ++i) out.add(fresh + 1);
      for (std::int64_t i = 1; i <= size; ++i) out.add(i);
      return;
    }
    for (std::int64_t i = 1; i <= before; ++i) out.add(i);
    out.add(fresh);
    for (std::int64_t i = before + 1; i <= size; ++i) out.add(i);
  });
}

void shuffle_indices(DataChunk& arguments, ExpressionState&, Vector& result) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  write_positions(arguments, result, [&](idx_t row, ListWriter& out) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(value_at<std::int64_t>(arguments, 0, row)));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i + 1);
    std::ranges::shuffle(order, random);
    for (const auto i : order) out.add(i);
  });
}

constexpr __int128 kMaxElements = 2147483632;

[[noreturn]] void throw_too_many(__int128 count) {
  throw Error(compute::conditions::kTooManyElements,
              {{"numberOfElements", std::to_string(static_cast<long long>(count))},
               {"maxRoundedArrayLength", "2147483632"},
               {"functionName", "`sequence`"}});
}

[[noreturn]] void throw_boundaries(const std::string& start, const std::string& stop, const std::string& step) {
  throw Error(lab::conditions::kInternalError,
              {{"message", "Illegal sequence boundaries: " + start + " to " + stop + " by " + step}});
}

void sequence(DataChunk& arguments, ExpressionState& state, Vector& result) {
  InterruptCheck interrupt(state);
  write_positions(arguments, result, [&](idx_t row, ListWriter& out) {
    const auto start = value_at<std::int64_t>(arguments, 0, row), stop = value_at<std::int64_t>(arguments, 1, row);
    const std::int64_t step = arguments.ColumnCount() > 2 ? value_at<std::int64_t>(arguments, 2, row)
                              : start <= stop             ? 1
                                                          : -1;
    if ((step == 0 && start != stop) || (step > 0 && start > stop) || (step < 0 && start < stop)) {
      throw_boundaries(std::to_string(start), std::to_string(stop), std::to_string(step));
    }
    if (step == 0) return out.add(start);
    const __int128 count = (static_cast<__int128>(stop) - start) / step + 1;
    if (count > kMaxElements) throw_too_many(count);
    for (__int128 i = 0; i < count; ++i) {
      interrupt.tick();
      out.add(static_cast<std::int64_t>(start + i * step));
    }
  });
}

/// Instants as microseconds: (start, stop, {months, days, micros}, zone).
void sequence_instants(DataChunk& arguments, ExpressionState& state, Vector& result) {
  using compute::Instant;
  InterruptCheck interrupt(state);
  arguments.Flatten();
  auto& fields = duckdb::StructVector::GetEntries(arguments.data[2]);
  for (auto& field : fields) field->Flatten(arguments.size());
  write_positions(arguments, result, [&](idx_t row, ListWriter& out) {
    const auto start = value_at<std::int64_t>(arguments, 0, row), stop = value_at<std::int64_t>(arguments, 1, row);
    compute::Interval step{duckdb::FlatVector::GetData<std::int32_t>(*fields[0])[row],
                           duckdb::FlatVector::GetData<std::int32_t>(*fields[1])[row],
                           duckdb::FlatVector::GetData<std::int64_t>(*fields[2])[row]};
    const compute::Zone& zone =
        compute::Zone::find(Wire<string_view>::in(value_at<duckdb::string_t>(arguments, 3, row)));
    const bool up = step.months > 0 || (step.months == 0 && (step.days > 0 || (step.days == 0 && step.micros > 0)));
    if (step == compute::Interval{} ? start != stop : up ? start > stop : start < stop) {
      // Without a step of the caller's own a falling sequence goes down by days.
      if (step == compute::Interval{0, 1, 0} && start > stop) {
        step.days = -1;
      } else {
        throw_boundaries(std::to_string(start), std::to_string(stop), "step");
      }
    }
    const bool rising = start <= stop;
    std::int64_t at = start;
    for (std::int32_t n = 1; rising ? at <= stop : at >= stop; ++n) {
      interrupt.tick();
      out.add(at);
      if (step == compute::Interval{} || n > 10'000'000) break;
      at = compute::add_interval(Instant{start}, {step.months * n, step.days * n, step.micros * n}, zone).micros;
    }
  });
}

/// lab_array_index(index, size, kind, raises): the 1-based position for list_extract; NULL or an error outside.
std::optional<std::int64_t> array_index(std::int64_t index, std::int64_t size, string_view kind, bool raises) {
  if (kind == "item") {
    if (index >= 0 && index < size) return index + 1;
    if (raises)
      throw Error(compute::conditions::kArrayIndex,
                  {{"indexValue", std::to_string(index)}, {"arraySize", std::to_string(size)}});
    return {};
  }
  if (index == 0) throw Error(compute::conditions::kIndexOfZero, {});
  if (index > size || index < -size) {
    if (raises)
      throw Error(compute::conditions::kArrayIndexElementAt,
                  {{"indexValue", std::to_string(index)}, {"arraySize", std::to_string(size)}});
    return {};
  }
  return index > 0 ? index : size + index + 1;
}

/// Texts with a separator; NULLs are left out, or become the replacement.
void array_join(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat lists, separators, replacements, items;
  arguments.data[0].ToUnifiedFormat(arguments.size(), lists);
  arguments.data[1].ToUnifiedFormat(arguments.size(), separators);
  const bool replaces = arguments.ColumnCount() > 2;
  if (replaces) arguments.data[2].ToUnifiedFormat(arguments.size(), replacements);
  auto& child = duckdb::ListVector::GetEntry(arguments.data[0]);
  child.ToUnifiedFormat(duckdb::ListVector::GetListSize(arguments.data[0]), items);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  std::string text;
  for (idx_t row = 0; row < count; ++row) {
    const auto l = lists.sel->get_index(row), s = separators.sel->get_index(row),
               r = replaces ? replacements.sel->get_index(row) : 0;
    if (!lists.validity.RowIsValid(l) || !separators.validity.RowIsValid(s) ||
        (replaces && !replacements.validity.RowIsValid(r))) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    text.clear();
    bool first = true;
    const auto entry = duckdb::UnifiedVectorFormat::GetData<list_entry_t>(lists)[l];
    for (idx_t i = 0; i < entry.length; ++i) {
      const auto at = items.sel->get_index(entry.offset + i);
      const bool valid = items.validity.RowIsValid(at);
      if (!valid && !replaces) continue;
      if (!first) text += Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(separators)[s]);
      first = false;
      text += Wire<string_view>::in(valid ? duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(items)[at]
                                          : duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(replacements)[r]);
    }
    out[row] = duckdb::StringVector::AddString(result, text);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Or (and) of three values over a list of booleans.
template <bool Decides>
void quantify(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat lists, items;
  arguments.data[0].ToUnifiedFormat(arguments.size(), lists);
  auto& child = duckdb::ListVector::GetEntry(arguments.data[0]);
  child.ToUnifiedFormat(duckdb::ListVector::GetListSize(arguments.data[0]), items);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<bool>(result);
  for (idx_t row = 0; row < count; ++row) {
    const auto l = lists.sel->get_index(row);
    if (!lists.validity.RowIsValid(l)) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    bool decided = false, unknown = false;
    const auto entry = duckdb::UnifiedVectorFormat::GetData<list_entry_t>(lists)[l];
    for (idx_t i = 0; i < entry.length && !decided; ++i) {
      const auto at = items.sel->get_index(entry.offset + i);
      if (!items.validity.RowIsValid(at))
        unknown = true;
      else
        decided = duckdb::UnifiedVectorFormat::GetData<bool>(items)[at] == Decides;
    }
    out[row] = decided ? Decides : !Decides;
    if (!decided && unknown) duckdb::FlatVector::SetNull(result, row, true);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_list_kernels(KernelRegistry& registry) {
  const LogicalType i = LogicalType::INTEGER, l = LogicalType::BIGINT, t = LogicalType::VARCHAR;
  const LogicalType positions = LogicalType::LIST(l), any_list = LogicalType::LIST(LogicalType::ANY),
                    texts = LogicalType::LIST(t);
  registry.add(duckdb::ScalarFunction("lab_distinct_indices", {any_list}, positions, &distinct_indices, &bind_lists));
  registry.add(duckdb::ScalarFunction("lab_except_indices", {any_list, any_list}, positions, &filtered_indices<false>,
                                      &bind_lists));
  registry.add(duckdb::ScalarFunction("lab_intersect_indices", {any_list, any_list}, positions, &filtered_indices<true>,
                                      &bind_lists));
  registry.add("lab_slice_indices", {l, i, i}, positions, &slice_indices, kRaises);
  registry.add("lab_insert_indices", {l, i}, positions, &insert_indices, kRaises);
  registry.add("lab_shuffle_indices", {l}, positions, &shuffle_indices, {.is_volatile = true});
  registry.add("lab_sequence", {l, l}, positions, &sequence, kRaises);
  registry.add("lab_sequence", {l, l, l}, positions, &sequence, kRaises);
  registry.add("lab_sequence_instants", {l, l, LogicalType::STRUCT({{"f0", i}, {"f1", i}, {"f2", l}}), t}, positions,
               &sequence_instants, kRaises);
  registry.add(adapt<&array_index>("lab_array_index"), kRaises);
  registry.add(adapt("lab_elt_index",
                     [](std::int32_t n, std::int32_t size, bool raises) -> std::optional<std::int64_t> {
                       if (n >= 1 && n <= size) return n;
                       if (raises)
                         throw Error(compute::conditions::kArrayIndex,
                                     {{"indexValue", std::to_string(n)}, {"arraySize", std::to_string(size)}});
                       return {};
                     }),
               kRaises);
  registry.add("lab_array_join", {texts, t}, t, &array_join);
  registry.add("lab_array_join", {texts, t, t}, t, &array_join);
  registry.add("lab_list_or", {LogicalType::LIST(LogicalType::BOOLEAN)}, LogicalType::BOOLEAN, &quantify<true>);
  registry.add("lab_list_and", {LogicalType::LIST(LogicalType::BOOLEAN)}, LogicalType::BOOLEAN, &quantify<false>);
}

}  // namespace lab::engine
