#include "functions/rows.h"

/// Windows of time. Analysis makes columns of these calls (analyze/time_windows.cpp); only a plain window is computed here.
namespace lab::functions {

namespace {

constexpr FunctionRow kTimeWindowTable[] = {
    {.name = "session_window",
     .signature = "(time: any, gap: any) -> any",
     .sql = "$1",
     .doc = "The session that a row's time belongs to; rows closer than the gap share one."},
    {.name = "window",
     .signature = "(time: any, duration: any, slide?: any, start?: any, index?: bigint) -> any",
     .native = "lab_time_window",
     .doc = "The window of time that a row belongs to; several when windows slide."},
    {.name = "window_time",
     .signature = "(window: any) -> any",
     .sql = "$1",
     .doc = "The last microsecond of a window of time."},
};
static_assert(are_rows_in_order(kTimeWindowTable));

}  // namespace

constinit const Rows kTimeWindowRows = kTimeWindowTable;

}  // namespace lab::functions
