#include <algorithm>
#include <cstring>
#include <memory>

#include "protocol/s3/select/selection.h"
#include "wire/s3/encryption.h"
#include "wire/s3/errors.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/parquet_records.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

/// The answer as it is sent. The first of it was made before, so that what is wrong at once is an error of HTTP.
class SelectedSource final : public net::BodySource {
 public:
  SelectedSource(std::shared_ptr<const store::ObjectReader> reader, select::Request request) : at_(select::Selection::first_byte(request, reader->size())) {
    if (request.is_parquet)
      selection_ = std::make_unique<select::Selection>(std::move(request), open_parquet(std::move(reader)));
    else
      open(std::move(reader), std::move(request));
    ready_ = selection_->next();
  }

  std::size_t read(std::span<char> into) override {
    if (taken_ == ready_.size()) {
      ready_ = next();
      taken_ = 0;
    }
    const std::size_t count = std::min(into.size(), ready_.size() - taken_);
    std::memcpy(into.data(), ready_.data() + taken_, count);
    taken_ += count;
    return count;
  }

 private:
  void open(std::shared_ptr<const store::ObjectReader> reader, select::Request request) {
    const std::uint64_t size = reader->size();
    auto read = [this, reader = std::move(reader)](std::span<char> into) {
      const std::size_t count = reader->read(at_, into);
      at_ += count;
      return count;
    };
    selection_ = std::make_unique<select::Selection>(std::move(request), size, std::move(read));
  }

  std::string next() {
    try {
      return selection_->next();
    } catch (const Error& error) {
      const Error translated = translate_error(error);
      return selection_->fail(translated.condition().name, translated.message());
    }
  }

  std::uint64_t at_;
  std::unique_ptr<select::Selection> selection_;
  std::string ready_;
  std::size_t taken_ = 0;
};

}  // namespace

net::Response serve_select_object_content(Call& call) {
  select::Request request = select::parse_request(call.document);
  request.now_micros = call.service.store.clock().now().time_since_epoch().count();
  store::ObjectReader opened = open_named_object(call);
  if (auto key = open_encryption(call, opened.info().properties.encryption)) opened.unlock(*std::move(key));
  net::Response response = empty_response(200);
  response.set("Content-Type", "application/octet-stream");
  response.body = net::StreamedBody{std::make_unique<SelectedSource>(std::make_shared<const store::ObjectReader>(std::move(opened)), std::move(request)), std::nullopt};
  return response;
}

}  // namespace lab::s3
