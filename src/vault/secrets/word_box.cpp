#include "vault/secrets/word_box.hpp"

#include <openssl/crypto.h>

#include "crypto/encoding.hpp"

namespace frontdesk::secrets {
namespace {

constexpr std::string_view kVersion = "w1.";
constexpr std::size_t kMostOpened = 64;  // keys at hand: one page of a transcript needs one or two

std::string associated(const store::WordSeal::Place& place, std::string_view key) {
  return bound({"frontdesk words 1", place.organisation, place.record, place.field, key});
}

tl::unexpected<base::Error> changed() {
  return base::fail(base::ErrorCode::data_loss, "vault",
                    "what was said was changed in the database, or moved: restore it from a backup");
}

}  // namespace

/// A key never changes under its id, so one that was unwrapped once need not be again.
base::Result<vault::Key> WordBox::key(store::Connection& connection, std::string_view organisation,
                                      const std::string& id) const {
  const std::pair name(std::string(organisation), id);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = opened_.find(name); found != opened_.end()) return found->second;
  }
  auto opened = keys_.key(connection, id, organisation, kWordsPurpose);
  if (!opened) return opened;
  const std::lock_guard lock(mutex_);
  if (opened_.size() >= kMostOpened) opened_.clear();
  opened_.insert_or_assign(name, *opened);
  return opened;
}

base::Result<std::string> WordBox::seal(store::Connection& connection, const Place& place,
                                        std::string_view plain) const {
  const auto key = keys_.newest(connection, place.organisation, kWordsPurpose, now_());
  if (!key) return tl::unexpected(key.error());
  const auto nonce = vault::random_nonce();
  if (!nonce) return tl::unexpected(nonce.error());
  const auto about = associated(place, key->id);
  const auto sealed = vault::seal(key->key, *nonce, vault::bytes_of(about), vault::bytes_of(plain));
  if (!sealed) return tl::unexpected(sealed.error());
  vault::Bytes bytes(nonce->begin(), nonce->end());
  bytes.insert(bytes.end(), sealed->begin(), sealed->end());
  return std::string(kVersion) + key->id + "." + crypto::base64url(bytes);
}

base::Result<std::string> WordBox::open(store::Connection& connection, const Place& place,
                                        std::string_view sealed) const {
  if (!sealed.starts_with(kVersion)) return changed();
  sealed.remove_prefix(kVersion.size());
  const auto dot = sealed.find('.');
  if (dot == std::string_view::npos) return changed();
  const std::string id(sealed.substr(0, dot));
  const auto bytes = crypto::from_base64url(sealed.substr(dot + 1));
  if (!bytes || bytes->size() < vault::kNonceBytes + vault::kTagBytes) return changed();
  const auto opener = key(connection, place.organisation, id);
  if (!opener) return opener.error().code == base::ErrorCode::data_loss ? changed() : tl::unexpected(opener.error());
  vault::Nonce nonce{};
  std::copy_n(bytes->begin(), nonce.size(), nonce.begin());
  const auto about = associated(place, id);
  auto plain = vault::open(*opener, nonce, vault::bytes_of(about), vault::ByteView(*bytes).subspan(nonce.size()));
  if (!plain) return changed();
  std::string text(plain->begin(), plain->end());
  OPENSSL_cleanse(plain->data(), plain->size());
  return text;
}

}  // namespace frontdesk::secrets
