#pragma once

#include <functional>

#include "plan/bound.h"

namespace lab::plan::bound {

/// Calls `visit` for each table that the query reads, subqueries too, in no particular order.
void for_each_scan(const Query& query, const std::function<void(const scan::TableSource&)>& visit);

/// Calls `visit` for each function call in the relation, those in subqueries too, in no particular order.
void for_each_call(const RelationPtr& relation, const std::function<void(const Call&)>& visit);

/// Calls `visit` for each reference to a column in the relation, those in subqueries too, in no particular order.
void for_each_reference(const RelationPtr& relation, const std::function<void(const ColumnRef&)>& visit);

}  // namespace lab::plan::bound
