#include "base/error.h"
#include "compute/aes.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using compute::Bytes;
using compute::BytesView;
using std::string_view;

Bytes encrypted(BytesView text, BytesView key, string_view mode, string_view padding, BytesView iv, BytesView aad) {
  return {compute::aes_encrypt(text.bytes, key.bytes, {mode, padding, iv.bytes, aad.bytes})};
}

Bytes decrypted(BytesView bytes, BytesView key, string_view mode, string_view padding, BytesView aad) {
  return {compute::aes_decrypt(bytes.bytes, key.bytes, {mode, padding, {}, aad.bytes})};
}

std::optional<Bytes> try_decrypted(BytesView bytes, BytesView key, string_view mode, string_view padding, BytesView aad) {
  try {
    return decrypted(bytes, key, mode, padding, aad);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

void register_crypto_kernels(KernelRegistry& registry) {
  registry.add(adapt<&encrypted>("lab_aes_encrypt"), {.may_raise = true, .is_volatile = true});
  registry.add(adapt<&decrypted>("lab_aes_decrypt"), kRaises);
  registry.add(adapt<&try_decrypted>("lab_aes_decrypt_try"));
}

}  // namespace lab::engine
