#include "store/journal/reader_pool.h"

#include "base/error.h"
#include "base/log.h"
#include "store/conditions.h"

namespace lab::store::journal {
namespace {

constexpr auto kMaxWait = std::chrono::seconds(10);
// A connection keeps up to 2 MB of pages; few are enough when nothing waits.
constexpr std::size_t kMaxIdle = 8;

}  // namespace

ReaderPool::ReaderPool(std::filesystem::path file, std::size_t max_open)
    : file_(std::move(file)), max_open_(max_open) {}

std::unique_ptr<ReaderPool::Loan> ReaderPool::lend() {
  std::unique_ptr<Connection> connection;
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kMaxWait, [this] { return num_lent_ < max_open_; }))
      throw Error(conditions::kStoreBusy);
    ++num_lent_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  try {
    if (!connection) connection = std::make_unique<Connection>(file_, Connection::Mode::QueryOnly);
    return std::make_unique<Loan>(*this, std::move(connection));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --num_lent_;
    changed_.notify_all();
    throw;
  }
}

bool ReaderPool::wait_until_unread(CommitNumber moment, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return moments_.empty() || *moments_.begin() >= moment; });
}

ReaderPool::Loan::Loan(ReaderPool& pool, std::unique_ptr<Connection> connection)
    : pool_(pool), connection_(std::move(connection)) {
  {
    // Entered with 0 first: between beginning to read and entering its moment, collection must not miss it.
    const std::lock_guard lock(pool_.mutex_);
    place_ = pool_.moments_.insert(CommitNumber{0});
  }
  try {
    connection_->execute("BEGIN");
    auto statement = connection_->prepare("SELECT max(seq) FROM commits");
    if (statement.step()) last_ = CommitNumber{statement.integer(0)};
  } catch (...) {
    const std::lock_guard lock(pool_.mutex_);
    pool_.moments_.erase(place_);
    throw;
  }
  const std::lock_guard lock(pool_.mutex_);
  pool_.moments_.erase(place_);
  place_ = pool_.moments_.insert(last_);
  if (last_.value > 0) pool_.changed_.notify_all();
}

ReaderPool::Loan::~Loan() {
  bool is_usable = true;
  try {
    connection_->execute("COMMIT");
  } catch (const std::exception& error) {
    log::warning("store", "a reader is given up: {}", error.what());
    is_usable = false;
  }
  std::unique_ptr<Connection> surplus;
  {
    const std::lock_guard lock(pool_.mutex_);
    pool_.moments_.erase(place_);
    --pool_.num_lent_;
    if (is_usable && pool_.idle_.size() < kMaxIdle)
      pool_.idle_.push_back(std::move(connection_));
    else
      surplus = std::move(connection_);
  }
  pool_.changed_.notify_all();
}

}  // namespace lab::store::journal
