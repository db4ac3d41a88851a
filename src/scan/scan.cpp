#include "scan/table_source.h"
