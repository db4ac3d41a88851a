#include "base/free_memory.h"

#include <malloc.h>

namespace lab {

void give_back_memory() { ::malloc_trim(0); }

}  // namespace lab
