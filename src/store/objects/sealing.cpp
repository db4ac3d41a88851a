#include "store/objects/sealing.h"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/error.h"
#include "base/ids.h"
#include "store/conditions.h"

namespace lab::store {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
// In the nonce of a blob's last chunk, so that a blob cut off between chunks is noticed.
constexpr std::uint64_t kLastChunk = std::uint64_t{1} << 63;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher make_cipher() {
  Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  LAB_CHECK(cipher != nullptr);
  return cipher;
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string nonce_of(std::uint64_t chunk, bool is_last) {
  std::uint64_t value = is_last ? chunk | kLastChunk : chunk;
  std::string nonce(kNonceBytes, '\0');
  for (std::size_t i = kNonceBytes; value != 0; value >>= 8) nonce[--i] = static_cast<char>(value & 255);
  return nonce;
}

std::string derive_blob_key(const DataKey& key, BlobId blob) {
  LAB_CHECK(key.bytes.size() == kKeyBytes);
  const std::string text = "dflab blob " + std::to_string(blob.value);
  std::string derived(kKeyBytes, '\0');
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), key.bytes.data(), static_cast<int>(key.bytes.size()), bytes_of(std::string_view(text)), text.size(),
                          bytes_of(derived), &size);
  LAB_CHECK(made != nullptr && size == kKeyBytes);
  return derived;
}

std::string encrypt(const std::string& key, const std::string& nonce, std::string_view plain, std::string_view context) {
  const auto cipher = make_cipher();
  std::string sealed(plain.size() + kSealTag, '\0');
  int size = 0;
  bool is_done = EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key)), bytes_of(std::string_view(nonce))) == 1;
  is_done = is_done && (context.empty() || EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), static_cast<int>(context.size())) == 1);
  is_done = is_done && EVP_EncryptUpdate(cipher.get(), bytes_of(sealed), &size, bytes_of(plain), static_cast<int>(plain.size())) == 1;
  is_done = is_done && EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed) + size, &size) == 1;
  is_done = is_done && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kSealTag, sealed.data() + plain.size()) == 1;
  LAB_CHECK(is_done, "AES-256-GCM failed");
  return sealed;
}

/// Absent when the tag is wrong.
std::optional<std::string> decrypt(const std::string& key, const std::string& nonce, std::string_view sealed, std::string_view context) {
  if (sealed.size() < kSealTag) return std::nullopt;
  const std::string_view body = sealed.substr(0, sealed.size() - kSealTag);
  std::string tag(sealed.substr(body.size()));
  const auto cipher = make_cipher();
  std::string plain(body.size(), '\0');
  int size = 0;
  bool is_done = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key)), bytes_of(std::string_view(nonce))) == 1;
  is_done = is_done && (context.empty() || EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), static_cast<int>(context.size())) == 1);
  is_done = is_done && EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &size, bytes_of(body), static_cast<int>(body.size())) == 1;
  is_done = is_done && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kSealTag, tag.data()) == 1;
  LAB_CHECK(is_done, "AES-256-GCM failed");
  if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + size, &size) != 1) return std::nullopt;
  return plain;
}

}  // namespace

DataKey DataKey::random() { return {random_bytes(kKeyBytes)}; }

std::uint64_t sealed_length(std::uint64_t plain) { return plain + (plain + kSealedChunk - 1) / kSealedChunk * kSealTag; }

std::uint64_t plain_length(std::uint64_t sealed) {
  constexpr std::uint64_t kWhole = kSealedChunk + kSealTag;
  return sealed - (sealed + kWhole - 1) / kWhole * kSealTag;
}

Sealer::Sealer(const DataKey& key, BlobId blob) : key_(derive_blob_key(key, blob)) {}

void Sealer::seal_chunk(std::string_view plain, bool is_last, const Sink& sink) {
  sink(encrypt(key_, nonce_of(next_chunk_++, is_last), plain, {}));
}

void Sealer::write(std::string_view plain, const Sink& sink) {
  // A full chunk waits for what follows: it may be the last.
  while (pending_.size() + plain.size() > kSealedChunk) {
    const std::size_t taken = kSealedChunk - pending_.size();
    if (pending_.empty()) {
      seal_chunk(plain.substr(0, taken), false, sink);
    } else {
      pending_ += plain.substr(0, taken);
      seal_chunk(pending_, false, sink);
      pending_.clear();
    }
    plain.remove_prefix(taken);
  }
  pending_ += plain;
}

void Sealer::finish(const Sink& sink) {
  if (pending_.empty()) return;
  seal_chunk(pending_, true, sink);
  pending_.clear();
}

std::size_t read_sealed(const PinnedFile& file, const DataKey& key, BlobId blob, std::uint64_t at, std::span<char> into) {
  const std::uint64_t length = plain_length(file.size());
  if (at >= length || into.empty()) return 0;
  const std::string blob_key = derive_blob_key(key, blob);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), length - at));
  const std::uint64_t last_chunk = (length - 1) / kSealedChunk;
  std::string sealed(kSealedChunk + kSealTag, '\0');
  std::size_t done = 0;
  while (done < wanted) {
    const std::uint64_t chunk = (at + done) / kSealedChunk;
    const std::size_t count = file.read(chunk * (kSealedChunk + kSealTag), sealed);
    const auto plain = decrypt(blob_key, nonce_of(chunk, chunk == last_chunk), std::string_view(sealed).substr(0, count), {});
    if (!plain) throw Error(conditions::kDataCorruption, {{"what", "a sealed object does not open (" + file.path().string() + ")"}});
    const auto from = static_cast<std::size_t>(at + done - chunk * kSealedChunk);
    const std::size_t taken = std::min(plain->size() - from, wanted - done);
    std::copy_n(plain->data() + from, taken, into.data() + done);
    done += taken;
  }
  return done;
}

std::string seal_key(const DataKey& wrapping, const DataKey& key, std::string_view context) {
  std::string nonce = random_bytes(kNonceBytes);
  return nonce + encrypt(wrapping.bytes, nonce, key.bytes, context);
}

std::optional<DataKey> unseal_key(const DataKey& wrapping, std::string_view sealed, std::string_view context) {
  if (sealed.size() < kNonceBytes) return std::nullopt;
  auto key = decrypt(wrapping.bytes, std::string(sealed.substr(0, kNonceBytes)), sealed.substr(kNonceBytes), context);
  if (!key) return std::nullopt;
  return DataKey{*std::move(key)};
}

}  // namespace lab::store
