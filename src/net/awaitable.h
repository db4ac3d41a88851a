#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace lab::net {

/// A coroutine of the edge: it lives on the context of one connection.
template <typename T>
using awaitable = boost::asio::awaitable<T, boost::asio::any_io_executor>;

}  // namespace lab::net
