#include "base/checksum.h"

#include <array>

#include <openssl/evp.h>
#include <xxhash.h>

#include "base/checksum_crc.h"
#include "base/error.h"

namespace lab {
namespace {

std::string to_big_endian(std::uint64_t value, int width) {
  std::string bytes;
  for (int shift = width - 8; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

class CrcHasher final : public Hasher {
 public:
  explicit CrcHasher(const crc::Model& model) : model_(model), state_(model.mask()) {}
  void update(std::string_view bytes) override { state_ = crc::update(model_, state_, bytes); }
  std::string finish() override { return to_big_endian(state_ ^ model_.mask(), model_.width); }

 private:
  const crc::Model& model_;
  std::uint64_t state_;
};

class EvpHasher final : public Hasher {
 public:
  explicit EvpHasher(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    LAB_CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  void update(std::string_view bytes) override {
    LAB_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish() override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned int size = 0;
    LAB_CHECK(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

class XxHasher final : public Hasher {
 public:
  explicit XxHasher(bool wide) : wide_(wide), state_(XXH3_createState(), &XXH3_freeState) {
    LAB_CHECK(state_ != nullptr);
    if (wide_)
      XXH3_128bits_reset(state_.get());
    else
      XXH3_64bits_reset(state_.get());
  }
  void update(std::string_view bytes) override {
    if (wide_)
      XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
    else
      XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }
  std::string finish() override {
    if (!wide_) return to_big_endian(XXH3_64bits_digest(state_.get()), 64);
    const auto digest = XXH3_128bits_digest(state_.get());
    return to_big_endian(digest.high64, 64) + to_big_endian(digest.low64, 64);
  }

 private:
  const bool wide_;
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

const crc::Model* find_crc_model(ChecksumKind kind) {
  switch (kind) {
    case ChecksumKind::Crc32:
      return &crc::kCrc32;
    case ChecksumKind::Crc32c:
      return &crc::kCrc32c;
    case ChecksumKind::Crc64Nvme:
      return &crc::kCrc64Nvme;
    default:
      return nullptr;
  }
}

// Looked up once: fetching a digest by name takes a lock of OpenSSL's each time.
const EVP_MD* get_digest(ChecksumKind kind) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kind == ChecksumKind::Md5 ? md5 : kind == ChecksumKind::Sha1 ? sha1 : sha256;
}

struct NameRow {
  ChecksumKind kind;
  std::string_view name;
  std::size_t size;
};

constexpr NameRow kNames[] = {
    {ChecksumKind::Crc32, "CRC32", 4},         {ChecksumKind::Crc32c, "CRC32C", 4},
    {ChecksumKind::Crc64Nvme, "CRC64NVME", 8}, {ChecksumKind::Md5, "MD5", 16},
    {ChecksumKind::Sha1, "SHA1", 20},          {ChecksumKind::Sha256, "SHA256", 32},
    {ChecksumKind::XxHash64, "XXH64", 8},      {ChecksumKind::XxHash128, "XXH128", 16},
};

const NameRow& name_row(ChecksumKind kind) {
  for (const auto& row : kNames)
    if (row.kind == kind) return row;
  LAB_CHECK(false, "a checksum kind without a row");
  return kNames[0];
}

}  // namespace

std::unique_ptr<Hasher> create_hasher(ChecksumKind kind) {
  if (const auto* model = find_crc_model(kind)) return std::make_unique<CrcHasher>(*model);
  if (kind == ChecksumKind::XxHash64 || kind == ChecksumKind::XxHash128)
    return std::make_unique<XxHasher>(kind == ChecksumKind::XxHash128);
  return std::make_unique<EvpHasher>(get_digest(kind));
}

std::string checksum(ChecksumKind kind, std::string_view bytes) {
  const auto hasher = create_hasher(kind);
  hasher->update(bytes);
  return hasher->finish();
}

std::size_t checksum_size(ChecksumKind kind) { return name_row(kind).size; }

std::string_view checksum_name(ChecksumKind kind) { return name_row(kind).name; }

std::optional<ChecksumKind> find_checksum_kind(std::string_view name) {
  for (const auto& row : kNames)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

std::string combine_crc(ChecksumKind kind, std::string_view first, std::string_view second,
                        std::uint64_t second_length) {
  const auto* model = find_crc_model(kind);
  LAB_CHECK(model != nullptr);
  // Start and end inversions of the two cancel out, so the plain shifted sum is the answer.
  const auto shifted = crc::shift(*model, from_big_endian(first), second_length);
  return to_big_endian(shifted ^ from_big_endian(second), model->width);
}

}  // namespace lab
