#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// Text, and a path that is a constant.
template <TypeKind Result>
CallTypes xpath_types(const CallShape& shape) {
  for (std::size_t i = 0; i < 2; ++i)
    if (!shape.type(i).is_text() && !shape.type(i).is(TypeKind::Null) && !(shape.policy.ansi && shape.type(i).is_atomic()))
      throw Misfit{Misfit::Why::Input, i, "\"STRING\""};
  if (shape.constant(1) == nullptr) throw Misfit{Misfit::Why::NotFoldable, 1, "`path`"};
  const DataType result = Result == TypeKind::Array ? DataType::array(TypeKind::String, true) : DataType(Result);
  return {{TypeKind::String, TypeKind::String}, result, true};
}

constexpr FunctionRow kXmlTable[] = {
    {.name = "xpath",
     .signature = "(xml: any, path: any) -> any",
     .native = "lab_xpath",
     .types = &xpath_types<TypeKind::Array>,
     .may_raise = true,
     .doc = "Values of the nodes that a path finds in XML."},
    {.name = "xpath_boolean",
     .signature = "(xml: any, path: any) -> boolean",
     .native = "lab_xpath_boolean",
     .types = &xpath_types<TypeKind::Boolean>,
     .may_raise = true,
     .doc = "Whether a path finds a node, or its expression holds."},
    {.name = "xpath_double",
     .signature = "(xml: any, path: any) -> double",
     .native = "lab_xpath_double",
     .types = &xpath_types<TypeKind::Double>,
     .may_raise = true,
     .doc = "What a path gives, as a number."},
    {.name = "xpath_float",
     .signature = "(xml: any, path: any) -> float",
     .native = "lab_xpath_float",
     .types = &xpath_types<TypeKind::Float>,
     .may_raise = true,
     .doc = "What a path gives, as a number."},
    {.name = "xpath_int",
     .signature = "(xml: any, path: any) -> int",
     .native = "lab_xpath_int",
     .types = &xpath_types<TypeKind::Int>,
     .may_raise = true,
     .doc = "What a path gives, as a whole number; 0 when it is none."},
    {.name = "xpath_long",
     .signature = "(xml: any, path: any) -> bigint",
     .native = "lab_xpath_long",
     .types = &xpath_types<TypeKind::Long>,
     .may_raise = true,
     .doc = "What a path gives, as a whole number; 0 when it is none."},
    {.name = "xpath_number", .alias_of = "xpath_double"},
    {.name = "xpath_short",
     .signature = "(xml: any, path: any) -> smallint",
     .native = "lab_xpath_short",
     .types = &xpath_types<TypeKind::Short>,
     .may_raise = true,
     .doc = "What a path gives, as a whole number; 0 when it is none."},
    {.name = "xpath_string",
     .signature = "(xml: any, path: any) -> string",
     .native = "lab_xpath_string",
     .types = &xpath_types<TypeKind::String>,
     .may_raise = true,
     .doc = "Text of the first node that a path finds."},
};
static_assert(are_rows_in_order(kXmlTable));

}  // namespace

constinit const Rows kXmlRows = kXmlTable;

}  // namespace lab::functions
