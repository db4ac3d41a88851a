#pragma once

namespace lab {

/// Gives pages that hold nothing any more back to the system. The allocator would keep most of them for the life of the process, and
/// the analysis of one odd plan can take gigabytes. Takes milliseconds, in which allocations may wait: nothing for the way of a request.
void give_back_memory();

}  // namespace lab
