#include "protocol/oidc/forms.h"

#include <sodium.h>

#include "base/checksum.h"

namespace lab::oidc {
namespace {

std::string escape(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF", kPlain = "-._~";
  std::string escaped;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      escaped += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped += '%';
    escaped += kHex[byte >> 4U];
    escaped += kHex[byte & 15U];
  }
  return escaped;
}

std::string to_base64(std::string_view bytes, int variant) {
  // The size counts the zero behind the text.
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
  text.pop_back();
  return text;
}

}  // namespace

std::string encode_fields(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text += (text.empty() ? "" : "&") + escape(name) + "=" + escape(value);
  return text;
}

std::string with_query(std::string_view address, const Fields& fields) {
  std::string whole(address.substr(0, address.find('#')));
  whole += whole.find('?') == std::string::npos ? '?' : '&';
  return whole + encode_fields(fields);
}

std::string challenge_of(std::string_view verifier) { return to_base64(checksum(ChecksumKind::Sha256, verifier), sodium_base64_VARIANT_URLSAFE_NO_PADDING); }

std::string basic_authorization(std::string_view client_id, std::string_view secret) {
  return "Basic " + to_base64(escape(client_id) + ":" + escape(secret), sodium_base64_VARIANT_ORIGINAL);
}

}  // namespace lab::oidc
