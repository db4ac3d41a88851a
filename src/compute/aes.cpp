#include "compute/aes.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>

#include "base/error.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

constexpr std::size_t kTagLength = 16;

enum class BlockMode : std::uint8_t { Ecb, Cbc, Gcm };
struct Mode {
  std::string_view name;
  std::string_view paddings;  ///< each between blanks
  BlockMode mode;
  std::size_t iv_length;
  std::array<const EVP_CIPHER* (*)(), 3> ciphers;  ///< for keys of 16, 24 and 32 bytes
};
constexpr Mode kModes[] = {
    {"ECB", " PKCS DEFAULT ", BlockMode::Ecb, 0, {&EVP_aes_128_ecb, &EVP_aes_192_ecb, &EVP_aes_256_ecb}},
    {"CBC", " PKCS DEFAULT ", BlockMode::Cbc, 16, {&EVP_aes_128_cbc, &EVP_aes_192_cbc, &EVP_aes_256_cbc}},
    {"GCM", " NONE DEFAULT ", BlockMode::Gcm, 12, {&EVP_aes_128_gcm, &EVP_aes_192_gcm, &EVP_aes_256_gcm}},
};

std::string in_capitals(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// Spark names both functions where they share the check.
constexpr const char* kBoth = "`aes_encrypt`/`aes_decrypt`";

const Mode& find_mode(const AesOptions& options) {
  const std::string name = in_capitals(options.mode), padding = " " + in_capitals(options.padding) + " ";
  for (const Mode& mode : kModes)
    if (mode.name == name && mode.paddings.find(padding) != std::string_view::npos) return mode;
  throw Error(conditions::kAesMode, {{"mode", std::string(options.mode)}, {"padding", std::string(options.padding)}, {"functionName", kBoth}});
}

const EVP_CIPHER* cipher_of(const Mode& mode, std::string_view key) {
  switch (key.size()) {
    case 16: return mode.ciphers[0]();
    case 24: return mode.ciphers[1]();
    case 32: return mode.ciphers[2]();
    default:
      throw Error(conditions::kAesKeyLength,
                  {{"parameter", "`key`"}, {"functionName", kBoth}, {"actualLength", std::to_string(key.size())}});
  }
}

void check_aad(const Mode& mode, const AesOptions& options, const char* function) {
  if (!options.aad.empty() && mode.mode != BlockMode::Gcm)
    throw Error(conditions::kAesModeAad, {{"mode", std::string(mode.name)}, {"functionName", function}});
}

[[noreturn]] void fail(const std::string& why) {
  throw Error(conditions::kAesCrypto, {{"parameter", "`expr`, `key`"}, {"functionName", kBoth}, {"detailMessage", why}});
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// A context with key, vector and additional data set.
Context start(const EVP_CIPHER* cipher, const Mode& mode, std::string_view key, std::string_view iv, std::string_view aad, bool encrypts) {
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const auto* vector = mode.iv_length > 0 ? raw(iv) : nullptr;
  bool good = context && EVP_CipherInit_ex(context.get(), cipher, nullptr, raw(key), vector, encrypts ? 1 : 0) == 1;
  int length = 0;
  if (good && !aad.empty()) good = EVP_CipherUpdate(context.get(), nullptr, &length, raw(aad), static_cast<int>(aad.size())) == 1;
  if (!good) fail("The cipher cannot be set up.");
  return context;
}

}  // namespace

std::string aes_encrypt(std::string_view text, std::string_view key, const AesOptions& options) {
  static constexpr const char* kFunction = "`aes_encrypt`";
  const Mode& mode = find_mode(options);
  const EVP_CIPHER* cipher = cipher_of(mode, key);
  if (!options.iv.empty() && mode.iv_length == 0)
    throw Error(conditions::kAesModeIv, {{"mode", std::string(mode.name)}, {"functionName", kFunction}});
  if (!options.iv.empty() && options.iv.size() != mode.iv_length)
    throw Error(conditions::kAesIvLength, {{"mode", std::string(mode.name)},
                                           {"parameter", "`iv`"},
                                           {"functionName", kBoth},
                                           {"actualLength", std::to_string(options.iv.size())}});
  check_aad(mode, options, kFunction);
  std::string result(options.iv);
  if (result.empty() && mode.iv_length > 0) {
    result.resize(mode.iv_length);
    if (RAND_bytes(raw(result), static_cast<int>(mode.iv_length)) != 1) fail("No random bytes.");
  }
  const Context context = start(cipher, mode, key, result, options.aad, true);
  const std::size_t head = result.size();
  result.resize(head + text.size() + kTagLength);
  int written = 0, rest = 0;
  if (EVP_EncryptUpdate(context.get(), raw(result) + head, &written, raw(text), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), raw(result) + head + written, &rest) != 1)
    fail("The text cannot be encrypted.");
  const std::size_t end = head + static_cast<std::size_t>(written + rest);
  if (mode.mode != BlockMode::Gcm) {
    result.resize(end);
    return result;
  }
  result.resize(end + kTagLength);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagLength, raw(result) + end);
  return result;
}

std::string aes_decrypt(std::string_view bytes, std::string_view key, const AesOptions& options) {
  static constexpr const char* kFunction = "`aes_decrypt`";
  const Mode& mode = find_mode(options);
  const EVP_CIPHER* cipher = cipher_of(mode, key);
  check_aad(mode, options, kFunction);
  // What Java says of bytes too short for a vector.
  if (bytes.size() < mode.iv_length) fail("Invalid buffer arguments");
  const std::string_view iv = bytes.substr(0, mode.iv_length);
  bytes.remove_prefix(mode.iv_length);
  std::string_view tag;
  if (mode.mode == BlockMode::Gcm) {
    if (bytes.size() < kTagLength) fail("Input data too short to contain an expected tag length of 16bytes");
    tag = bytes.substr(bytes.size() - kTagLength);
    bytes.remove_suffix(kTagLength);
  } else if (bytes.size() % 16 != 0) {
    fail("Input length must be multiple of 16 when decrypting with padded cipher");
  } else if (bytes.empty()) {
    return {};
  }
  const Context context = start(cipher, mode, key, iv, options.aad, false);
  std::string result(bytes.size() + 16, '\0');
  int written = 0, rest = 0;
  bool good = EVP_DecryptUpdate(context.get(), raw(result), &written, raw(bytes), static_cast<int>(bytes.size())) == 1;
  if (good && !tag.empty())
    good = EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagLength, const_cast<char*>(tag.data())) == 1;
  good = good && EVP_DecryptFinal_ex(context.get(), raw(result) + written, &rest) == 1;
  if (!good)
    fail(mode.mode == BlockMode::Gcm ? "Tag mismatch!"
                                                : "Given final block not properly padded. Such issues can arise if a bad key is used during decryption.");
  result.resize(static_cast<std::size_t>(written + rest));
  return result;
}

}  // namespace lab::compute
