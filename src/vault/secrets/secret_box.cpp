#include "vault/secrets/secret_box.hpp"

#include <openssl/crypto.h>

#include "crypto/encoding.hpp"

namespace frontdesk::secrets {
namespace {

constexpr std::string_view kVersion = "v1.";
constexpr int kBatch = 50;
constexpr std::size_t kVersionsKept = 2;

std::string associated(const Place& place, std::string_view key) {
  return bound({"frontdesk secret 1", place.organisation, place.record, place.field, key});
}

tl::unexpected<base::Error> changed() {
  return base::fail(base::ErrorCode::data_loss, "vault",
                    "a stored secret was changed or moved: enter it again, and look into the audit log");
}

}  // namespace

base::Result<std::string> SecretBox::seal(store::Connection& connection, const Place& place, const base::Secret& secret,
                                          base::UtcTime now) const {
  if (secret.expose().size() > kLongestSecret)
    return base::fail(base::ErrorCode::invalid_argument, "vault", "a secret may have 16 KiB at most");
  const auto key = keys_.newest(connection, place.organisation, kSecretsPurpose, now);
  if (!key) return tl::unexpected(key.error());
  const auto nonce = vault::random_nonce();
  if (!nonce) return tl::unexpected(nonce.error());
  const auto about = associated(place, key->id);
  const auto sealed = vault::seal(key->key, *nonce, vault::bytes_of(about), vault::bytes_of(secret.expose()));
  if (!sealed) return tl::unexpected(sealed.error());
  vault::Bytes bytes(nonce->begin(), nonce->end());
  bytes.insert(bytes.end(), sealed->begin(), sealed->end());
  return std::string(kVersion) + key->id + "." + crypto::base64url(bytes);
}

base::Result<base::Secret> SecretBox::open(store::Connection& connection, const Place& place,
                                           std::string_view sealed) const {
  if (!sealed.starts_with(kVersion)) return changed();
  sealed.remove_prefix(kVersion.size());
  const auto dot = sealed.find('.');
  if (dot == std::string_view::npos) return changed();
  const auto id = sealed.substr(0, dot);
  const auto bytes = crypto::from_base64url(sealed.substr(dot + 1));
  if (!bytes || bytes->size() < vault::kNonceBytes + vault::kTagBytes) return changed();
  const auto key = keys_.key(connection, id, place.organisation, kSecretsPurpose);
  if (!key) return key.error().code == base::ErrorCode::data_loss ? changed() : tl::unexpected(key.error());
  vault::Nonce nonce{};
  std::copy_n(bytes->begin(), nonce.size(), nonce.begin());
  const auto about = associated(place, id);
  auto plain = vault::open(*key, nonce, vault::bytes_of(about), vault::ByteView(*bytes).subspan(nonce.size()));
  if (!plain) return changed();
  base::Secret secret(std::string(plain->begin(), plain->end()));
  OPENSSL_cleanse(plain->data(), plain->size());
  return secret;
}

base::Result<int> SecretBox::reseal(store::Connection& connection, const SealedColumn& column,
                                    std::string_view organisation, int limit, base::UtcTime now) const {
  const auto newest = keys_.newest(connection, organisation, kSecretsPurpose, now);
  if (!newest) return tl::unexpected(newest.error());
  const std::string table(column.table);
  const std::string text(column.column);
  const std::string record(column.record);
  auto select =
      "SELECT " + record + ", " + text + " FROM " + table + " WHERE " + text + " <> '' AND " + text + " NOT LIKE ?";
  std::vector<store::Value> values{std::string(kVersion) + newest->id + ".%"};
  if (!column.organisation.empty()) {
    select += " AND " + std::string(column.organisation) + " = ?";
    values.emplace_back(std::string(organisation));
  }
  values.emplace_back(std::int64_t{limit});
  const auto rows = connection.run(select + " LIMIT ?", std::span<const store::Value>(values));
  if (!rows) return tl::unexpected(rows.error());
  const auto field = table + "." + text;
  const auto update = "UPDATE " + table + " SET " + text + " = ? WHERE " + record + " = ? AND " + text + " = ?";
  for (const auto& row : *rows) {
    const auto id = row.text(0);
    const Place place{organisation, id, field};
    const auto secret = open(connection, place, row.text(1));
    if (!secret) return tl::unexpected(secret.error());
    const auto sealed = seal(connection, place, *secret, now);
    if (!sealed) return tl::unexpected(sealed.error());
    // Only if nobody has stored another secret meanwhile.
    const auto written = connection.run(update, {*sealed, id, row.text(1)});
    if (!written) return tl::unexpected(written.error());
  }
  return static_cast<int>(rows->size());
}

base::Result<int> rotate_organisation(store::Connection& connection, const SecretBox& box,
                                      std::span<const SealedColumn> columns, std::string_view organisation,
                                      base::UtcTime now) {
  const auto made = box.keys().rotate(connection, organisation, kSecretsPurpose, now);
  if (!made) return tl::unexpected(made.error());
  int count = 0;
  for (const auto& column : columns) {
    for (int some = kBatch; some == kBatch; count += some) {
      auto done = connection.transaction([&]() -> base::Status {
        const auto sealed = box.reseal(connection, column, organisation, kBatch, now);
        if (!sealed) return tl::unexpected(sealed.error());
        some = *sealed;
        return {};
      });
      if (!done) return tl::unexpected(done.error());
    }
  }
  if (auto old = box.keys().forget_old(connection, organisation, kSecretsPurpose, kVersionsKept); !old)
    return tl::unexpected(old.error());
  return count;
}

}  // namespace frontdesk::secrets
