#include "wire/spark/operation.h"

#include <algorithm>

#include <spark/connect/base.pb.h>

#include "base/ids.h"
#include "wire/spark/conditions.h"

namespace lab::wire::spark {
namespace {

/// The producer rests above the first and goes on below the second.
constexpr std::size_t kMaxUnread = 32 << 20, kFewUnread = 8 << 20;
/// What a reattaching client may ask for again, once it was read (Spark's observerRetryBufferSize).
constexpr std::size_t kMaxRetry = 64 << 20;
/// The operations of one session together: above it each producer rests with its first unread response, and nothing read is kept.
constexpr std::size_t kMaxHeldBySession = 64 << 20;

grpc::ByteBuffer serialize(const ::spark::connect::ExecutePlanResponse& response) {
  const std::size_t size = response.ByteSizeLong();
  grpc::Slice slice(size);
  response.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}

}  // namespace

Operation::Operation(Header header, std::shared_ptr<HeldAnswers> held) : header_(std::move(header)), held_(std::move(held)) {}

Operation::~Operation() { held_->num_bytes -= kept_bytes_; }

bool Operation::holds_too_much() const { return held_->num_bytes > kMaxHeldBySession; }

void Operation::wake_reader(std::unique_lock<std::mutex>& lock) {
  auto wake = std::exchange(wake_, nullptr);
  lock.unlock();
  if (wake) wake();
}

void Operation::wake_producer(std::unique_lock<std::mutex>& lock) {
  auto resume = std::exchange(resume_, nullptr);
  lock.unlock();
  if (resume) resume();
}

void Operation::identify(::spark::connect::ExecutePlanResponse& response, std::string id) const {
  response.set_session_id(header_.session_id);
  response.set_server_side_session_id(header_.server_session_id);
  response.set_operation_id(header_.operation_id);
  response.set_response_id(std::move(id));
}

void Operation::keep(Kept kept) {
  kept.size = kept.bytes.Length();
  std::unique_lock lock(mutex_);
  if (released_) return;
  unread_bytes_ += kept.size;
  kept_bytes_ += kept.size;
  held_->num_bytes += kept.size;
  kept_.push_back(std::move(kept));
  wake_reader(lock);
}

void Operation::add(::spark::connect::ExecutePlanResponse& response) {
  Kept kept;
  kept.id = random_uuid();
  identify(response, kept.id);
  kept.bytes = serialize(response);
  keep(std::move(kept));
}

// The message is written by hand around the rows, so that their bytes go from the engine to the socket as they are.
void Operation::add_batch(Batch batch) {
  using Response = ::spark::connect::ExecutePlanResponse;
  using Rows = Response::ArrowBatch;
  Kept kept;
  kept.id = random_uuid();
  Response response;
  identify(response, kept.id);
  Rows rows;
  rows.set_row_count(batch.num_rows);
  rows.set_start_offset(batch.start_offset);
  const std::string row_fields = rows.SerializeAsString();

  constexpr std::uint32_t kLengthDelimited = 2;
  std::string data_head;
  append_varint(data_head, Rows::kDataFieldNumber << 3 | kLengthDelimited);
  append_varint(data_head, batch.stream.num_bytes);
  std::string head = response.SerializeAsString();
  append_varint(head, Response::kArrowBatchFieldNumber << 3 | kLengthDelimited);
  append_varint(head, row_fields.size() + data_head.size() + batch.stream.num_bytes);
  head += row_fields + data_head;

  auto& pieces = batch.stream.pieces;
  pieces.insert(pieces.begin(), grpc::Slice(head));
  kept.bytes = grpc::ByteBuffer(pieces.data(), pieces.size());
  keep(std::move(kept));
}

void Operation::finish() {
  if (header_.is_reattachable) {
    ::spark::connect::ExecutePlanResponse complete;
    complete.mutable_result_complete();
    add(complete);
  }
  fail(grpc::Status::OK);
}

void Operation::fail(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  end_ = status;
  wake_reader(lock);
}

bool Operation::rest_until_drained(std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  if (released_ || unread_bytes_ == 0) return false;
  if (unread_bytes_ <= kMaxUnread && !holds_too_much()) return false;
  resume_ = std::move(resume);
  return true;
}

std::uint64_t Operation::attach(const std::string& last_response_id) {
  std::unique_lock lock(mutex_);
  std::uint64_t start = first_index_;
  if (last_response_id.empty()) {
    if (first_index_ > 0) throw Error(conditions::kCursorNotAvailable, {{"responseId", ""}, {"index", "0"}});
  } else {
    std::size_t i = 0;
    while (i < kept_.size() && kept_[i].id != last_response_id) ++i;
    if (i == kept_.size()) {
      const auto forgotten = std::find(forgotten_.rbegin(), forgotten_.rend(), last_response_id);
      if (forgotten == forgotten_.rend()) throw Error(conditions::kCursorNotFound, {{"responseId", last_response_id}});
      const auto index = first_index_ - 1 - static_cast<std::uint64_t>(forgotten - forgotten_.rbegin());
      if (index + 1 < first_index_) throw Error(conditions::kCursorNotAvailable, {{"responseId", last_response_id}, {"index", std::to_string(index + 1)}});
    } else {
      start = first_index_ + i + 1;
    }
  }
  read_index_ = start;
  unread_bytes_ = 0;
  for (std::size_t i = start - first_index_; i < kept_.size(); ++i) unread_bytes_ += kept_[i].size;
  has_reader_ = true;
  const std::uint64_t reading = ++reading_;
  // The earlier reader, if one waits, finds out that it was replaced.
  wake_reader(lock);
  return reading;
}

Operation::Next Operation::next(std::uint64_t reading, std::function<void()> wake) {
  std::unique_lock lock(mutex_);
  if (reading != reading_ || released_) {
    return {std::nullopt, grpc::Status(grpc::StatusCode::ABORTED, "INVALID_CURSOR.DISCONNECTED: another stream took over this operation")};
  }
  const std::uint64_t end = first_index_ + kept_.size();
  if (read_index_ < end) {
    Kept& kept = kept_[read_index_ - first_index_];
    Next result{kept.bytes, std::nullopt};
    unread_bytes_ -= kept.size;
    ++read_index_;
    // Clients that do not attach again need nothing kept; others a window.
    while (!kept_.empty() && first_index_ < read_index_ && (!header_.is_reattachable || ((kept_bytes_ - unread_bytes_ > kMaxRetry || holds_too_much()) && first_index_ + 1 < read_index_)))
      forget_first();
    if (resume_ && unread_bytes_ <= kFewUnread) wake_producer(lock);
    return result;
  }
  if (ended_) return {std::nullopt, end_};
  wake_ = std::move(wake);
  return {};
}

void Operation::forget_before(std::uint64_t index) {
  while (first_index_ < index && !kept_.empty()) forget_first();
  if (read_index_ < first_index_) read_index_ = first_index_;
}

void Operation::forget_first() {
  kept_bytes_ -= kept_.front().size;
  held_->num_bytes -= kept_.front().size;
  if (first_index_ >= read_index_) unread_bytes_ -= kept_.front().size;
  constexpr std::size_t kMostForgotten = 10'000;
  forgotten_.push_back(std::move(kept_.front().id));
  if (forgotten_.size() > kMostForgotten) forgotten_.pop_front();
  kept_.pop_front();
  ++first_index_;
}

void Operation::forget_when_done() {
  const std::lock_guard lock(mutex_);
  if (ended_ && read_index_ == first_index_ + kept_.size()) forget_before(read_index_);
}

void Operation::detach(std::uint64_t reading) {
  const std::lock_guard lock(mutex_);
  if (reading != reading_) return;
  has_reader_ = false;
  wake_ = nullptr;
  left_at_ = std::chrono::steady_clock::now();
}

void Operation::release_until(const std::string& response_id) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < kept_.size(); ++i)
    if (kept_[i].id == response_id) {
      forget_before(first_index_ + i + 1);
      return;
    }
}

void Operation::release() {
  stop_.request_stop();
  std::unique_lock lock(mutex_);
  released_ = true;
  kept_.clear();
  held_->num_bytes -= kept_bytes_;
  kept_bytes_ = unread_bytes_ = 0;
  auto wake = std::exchange(wake_, nullptr);
  auto resume = std::exchange(resume_, nullptr);
  lock.unlock();
  if (resume) resume();
  if (wake) wake();
}

bool Operation::is_released() const {
  const std::lock_guard lock(mutex_);
  return released_;
}

bool Operation::is_ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::optional<std::chrono::steady_clock::time_point> Operation::abandoned_since() const {
  const std::lock_guard lock(mutex_);
  if (has_reader_) return std::nullopt;
  return left_at_;
}

}  // namespace lab::wire::spark
