#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "wire/spark/batch_bytes.h"

namespace spark::connect {
class ExecutePlanResponse;
}

namespace lab::wire::spark {

/// Bytes of answers that the operations of one session hold for their client. Thread-safe.
struct HeldAnswers {
  std::atomic<std::size_t> num_bytes{0};
};

/// One ExecutePlan and its answers. The producer (a job of the statements pool) adds responses; one reader at a time takes them. After a
/// broken stream the client attaches again and goes on behind the last response it saw: answered from this log instead of running
/// again, so that writes happen once. Thread-safe.
class Operation {
 public:
  /// Sessions belong to users: two users may have chosen the same id.
  struct SessionKey {
    std::string user, id;
    friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
  };
  struct Header {
    std::string user, session_id, server_session_id, operation_id;
    SessionKey session() const { return {user, session_id}; }
    bool is_reattachable = false;
    std::set<std::string> tags;
  };

  /// What operations of one session hold together is bounded too: `held` is shared by them.
  Operation(Header header, std::shared_ptr<HeldAnswers> held);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  const Header& header() const { return header_; }
  std::stop_source& stop() { return stop_; }

  // The producer's side.
  void add(::spark::connect::ExecutePlanResponse& response);  ///< fills in ids; the message is used up
  struct Batch {
    std::int64_t num_rows = 0, start_offset = 0;
    PieceList stream;
  };
  void add_batch(Batch batch);                                ///< a response with rows
  void finish();                                              ///< the last response has been added
  void fail(const grpc::Status& status);
  /// Whether so much waits to be read that the producer should rest. `resume` is then called once the reader has caught up (or the
  /// operation was released); false: go on.
  bool rest_until_drained(std::function<void()> resume);

  // The reader's side.
  struct Next {
    std::optional<grpc::ByteBuffer> response;
    std::optional<grpc::Status> end;
  };
  /// Begins a reading behind `last_response_id` (empty: at the start), and ends any earlier reader's, whose next() then says
  /// INVALID_CURSOR.DISCONNECTED. Throws INVALID_CURSOR.* . Answers the number of this reading.
  std::uint64_t attach(const std::string& last_response_id);
  /// What comes next for this reading, or neither when it is not there yet: `wake` is then called once when it may be.
  Next next(std::uint64_t reading, std::function<void()> wake);
  /// The stream of this reading ended.
  void detach(std::uint64_t reading);

  /// Forgets responses up to and including this one.
  void release_until(const std::string& response_id);
  /// Forgets what was read to the end and is only kept for a client that attaches again.
  void forget_when_done();
  /// Nobody will ask again: stops the producer and forgets everything.
  void release();
  bool is_released() const;
  /// For operations that nobody reads: since when, in steady time; nullopt while somebody does.
  std::optional<std::chrono::steady_clock::time_point> abandoned_since() const;
  bool is_ended() const;

 private:
  struct Kept {
    std::string id;
    grpc::ByteBuffer bytes;
    std::size_t size = 0;
  };
  void identify(::spark::connect::ExecutePlanResponse& response, std::string id) const;
  void keep(Kept kept);
  void forget_before(std::uint64_t index);
  void forget_first();
  bool holds_too_much() const;
  void wake_reader(std::unique_lock<std::mutex>& lock);
  void wake_producer(std::unique_lock<std::mutex>& lock);

  const Header header_;
  std::stop_source stop_;
  const std::shared_ptr<HeldAnswers> held_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;
  /// Ids of the responses before kept_, the last one behind: a client that released what it read goes on behind it.
  std::deque<std::string> forgotten_;
  std::uint64_t first_index_ = 0;   ///< of kept_.front()
  std::uint64_t read_index_ = 0;    ///< next for the reader
  std::uint64_t reading_ = 0;
  std::size_t unread_bytes_ = 0, kept_bytes_ = 0;
  bool ended_ = false, released_ = false, has_reader_ = false;
  grpc::Status end_;
  std::chrono::steady_clock::time_point left_at_ = std::chrono::steady_clock::now();
  std::function<void()> wake_, resume_;
};

}  // namespace lab::wire::spark
