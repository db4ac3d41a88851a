#pragma once

#include <string>
#include <string_view>

namespace lab::access {

inline constexpr const char* kSecretsFile = "secrets.json";
inline constexpr std::string_view kS3 = "s3";
inline constexpr std::string_view kBearer = "bearer";

inline constexpr std::string_view kUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
inline constexpr std::string_view kMixed = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Random letters out of `letters`, each of them equally likely.
std::string random_word(std::size_t length, std::string_view letters);

/// What a token is found by: the hex of its SHA-256, so that neither the store nor the time of a search tells the token.
std::string token_id(std::string_view token);

}  // namespace lab::access
