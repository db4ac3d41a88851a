#include "functions/rows.h"

namespace lab::functions {

namespace {

/// Arguments that are left out take their defaults.
std::string lower_aes(std::string_view kernel, const LowerCall& call, std::size_t count) {
  static constexpr std::string_view kDefaults[] = {"", "", "'GCM'", "'DEFAULT'", "''::BLOB", "''::BLOB"};
  std::string text = std::string(kernel) + "(";
  for (std::size_t i = 0; i < count; ++i)
    text += (i > 0 ? ", " : "") + (i < call.size() ? call.sql[i] : std::string(kDefaults[i]));
  return text + ")";
}
std::string lower_aes_encrypt(const LowerCall& call) { return lower_aes("lab_aes_encrypt", call, 6); }
std::string lower_aes_decrypt(const LowerCall& call) { return lower_aes("lab_aes_decrypt", call, 5); }
std::string lower_try_aes_decrypt(const LowerCall& call) { return lower_aes("lab_aes_decrypt_try", call, 5); }

constexpr FunctionRow kCryptoTable[] = {
    {.name = "aes_decrypt",
     .signature = "(expr: binary, key: binary, mode?: string, padding?: string, aad?: binary) -> binary",
     .lower = &lower_aes_decrypt,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "What aes_encrypt encrypted."},
    {.name = "aes_encrypt",
     .signature =
         "(expr: binary, key: binary, mode?: string, padding?: string, iv?: binary, aad?: binary) -> binary",
     .lower = &lower_aes_encrypt,
     .nullability = Nullability::Always,
     .may_raise = true,
     .is_volatile = true,
     .doc = "Encrypted by AES with a key of 16, 24 or 32 bytes; the vector stands in front."},
    {.name = "try_aes_decrypt",
     .signature = "(expr: binary, key: binary, mode?: string, padding?: string, aad?: binary) -> binary",
     .lower = &lower_try_aes_decrypt,
     .nullability = Nullability::Always,
     .doc = "aes_decrypt that gives NULL where it would fail."},
};
static_assert(are_rows_in_order(kCryptoTable));

}  // namespace

constinit const Rows kCryptoRows = kCryptoTable;

}  // namespace lab::functions
