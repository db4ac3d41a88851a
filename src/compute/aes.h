#pragma once

#include <string>
#include <string_view>

/// AES as Spark's aes_encrypt and aes_decrypt have it: GCM and CBC put the initialization vector in front of what they encrypt (GCM's tag
/// stands behind), ECB has none.
namespace lab::compute {

struct AesOptions {
  std::string_view mode = "GCM";         ///< GCM, CBC, ECB in any case
  std::string_view padding = "DEFAULT";  ///< DEFAULT, PKCS (CBC, ECB), NONE (GCM)
  std::string_view iv;                   ///< encryption only; empty: drawn at random
  std::string_view aad;                  ///< GCM only: authenticated beside the text
};

/// Throws INVALID_PARAMETER_VALUE.AES_* or UNSUPPORTED_FEATURE.AES_*.
std::string aes_encrypt(std::string_view text, std::string_view key, const AesOptions& options);
std::string aes_decrypt(std::string_view bytes, std::string_view key, const AesOptions& options);

}  // namespace lab::compute
