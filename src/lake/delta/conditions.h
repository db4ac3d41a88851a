#pragma once

#include "base/conditions.h"

/// Delta's own conditions (names, messages and SQLSTATE as in Delta's error classes).
namespace lab::lake::delta::conditions {

inline constexpr Condition kPartitionMismatch{"DELTA_PARTITION_COLUMNS_MISMATCH", "42P10", Kind::Analysis,
                                              "Partition columns do not match the partition columns of the table.\nGiven: <given>\nTable: <table>"};

}  // namespace lab::lake::delta::conditions
