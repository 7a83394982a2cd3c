#include "vault/secrets/secret_store.hpp"

#include <algorithm>

#include "base/entropy.hpp"

namespace frontdesk::secrets {
namespace {

constexpr std::string_view kDomain = "vault";
constexpr std::string_view kField = "api_keys.key_encrypted";
constexpr std::string_view kPreviousField = "api_keys.previous_encrypted";
constexpr std::size_t kShortestToShowOf = 12;
constexpr std::size_t kShown = 4;
const std::string kSelect =
    "SELECT id, organisation, user_id, service_name, name, last_four, created_at, updated_at, last_used, usage_count, "
    "previous_until, previous_last_four FROM api_keys WHERE organisation = ?";

ApiKey key_of(const store::Row& row) {
  ApiKey key{row.text(0), row.text(1),      row.text(2),      row.text(3), row.text(4),
             row.text(5), {row.integer(6)}, {row.integer(7)}, {},          row.integer(9)};
  if (const auto used = row.maybe_integer(8)) key.last_used = base::UtcTime{*used};
  if (const auto until = row.maybe_integer(10)) key.previous_until = base::UtcTime{*until};
  key.previous_last_four = row.text(11);
  return key;
}

tl::unexpected<base::Error> no_such_key() {
  return base::fail(base::ErrorCode::not_found, kDomain, "there is no such key: it may have been removed");
}

base::Status check_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kLongestName &&
                    std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  if (good) return {};
  return base::fail(base::ErrorCode::invalid_argument, kDomain, "service and name must have 1 to 100 characters");
}

base::Status check_secret(const base::Secret& secret) {
  if (secret.empty()) return base::fail(base::ErrorCode::invalid_argument, kDomain, "the key is empty");
  if (secret.expose().size() > kLongestSecret)
    return base::fail(base::ErrorCode::invalid_argument, kDomain, "a key may have 16 KiB at most");
  return {};
}

}  // namespace

Advice advice(const ApiKey& key, base::UtcTime now) {
  const auto since = [&](base::UtcTime time) { return std::chrono::milliseconds(now.unix_ms - time.unix_ms); };
  if (since(key.last_used.value_or(key.updated)) > kUnusedAfter) return Advice::remove_unused;
  return since(key.updated) > kRotateAfter ? Advice::rotate : Advice::none;
}

std::string last_four(const base::Secret& secret) {
  const auto& text = secret.expose();
  if (text.size() < kShortestToShowOf) return {};
  auto end = text.substr(text.size() - kShown);
  const bool plain = std::all_of(end.begin(), end.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? end : std::string();
}

base::Result<ApiKey> SecretStore::add(store::Connection& connection, const NewApiKey& key, base::UtcTime now) const {
  for (const auto& text : {key.service, key.name})
    if (auto good = check_name(text); !good) return tl::unexpected(good.error());
  if (auto good = check_secret(key.secret); !good) return tl::unexpected(good.error());
  const auto count = connection.run("SELECT COUNT(*) FROM api_keys WHERE organisation = ?", {key.organisation});
  if (!count) return tl::unexpected(count.error());
  if (count->front().integer(0) >= static_cast<std::int64_t>(kMostApiKeys))
    return base::fail(base::ErrorCode::resource_exhausted, kDomain, "there are 200 keys already: remove unused ones");
  const auto id = base::new_id("key");
  const auto sealed = box_.seal(connection, {key.organisation, id, kField}, key.secret, now);
  if (!sealed) return tl::unexpected(sealed.error());
  const auto written = connection.run(
      "INSERT INTO api_keys (id, organisation, user_id, service_name, name, key_encrypted, last_four, created_at, "
      "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (organisation, service_name, name) DO NOTHING",
      {id, key.organisation, key.user, key.service, key.name, *sealed, last_four(key.secret), now.unix_ms,
       now.unix_ms});
  if (!written) return tl::unexpected(written.error());
  if (connection.changed() != 1)
    return base::fail(base::ErrorCode::already_exists, kDomain,
                      "this service has a key of that name: replace it, or choose another name");
  return find(connection, key.organisation, id);
}

base::Result<ApiKey> SecretStore::replace(store::Connection& connection, std::string_view organisation,
                                          std::string_view id, const base::Secret& secret, base::UtcTime now) const {
  if (auto good = check_secret(secret); !good) return tl::unexpected(good.error());
  const auto sealed = box_.seal(connection, {organisation, id, kField}, secret, now);
  if (!sealed) return tl::unexpected(sealed.error());
  const auto before = connection.run("SELECT key_encrypted FROM api_keys WHERE organisation = ? AND id = ?",
                                     {std::string(organisation), std::string(id)});
  if (!before) return tl::unexpected(before.error());
  if (before->empty()) return no_such_key();
  const auto previous = sealed_for(connection, organisation, id, kField, kPreviousField, before->front().text(0), now);
  if (!previous) return tl::unexpected(previous.error());
  store::Value until;  // NULL
  if (!previous->empty()) until = now.unix_ms + std::chrono::milliseconds(kPutBackWithin).count();
  // What is on the right of SET is as it was before.
  const auto written = connection.run(
      "UPDATE api_keys SET previous_encrypted = ?, previous_last_four = last_four, previous_since = updated_at, "
      "previous_until = ?, key_encrypted = ?, last_four = ?, updated_at = ? WHERE organisation = ? AND id = ?",
      {*previous, until, *sealed, last_four(secret), now.unix_ms, std::string(organisation), std::string(id)});
  if (!written) return tl::unexpected(written.error());
  return find(connection, organisation, id);
}

base::Result<std::string> SecretStore::sealed_for(store::Connection& connection, std::string_view organisation,
                                                  std::string_view id, std::string_view from, std::string_view to,
                                                  std::string_view sealed, base::UtcTime now) const {
  const auto secret = box_.open(connection, {organisation, id, from}, sealed);
  if (secret) return box_.seal(connection, {organisation, id, to}, *secret, now);
  // One that is damaged, or whose master key is lost, can still be replaced.
  if (secret.error().retry == base::Retry::never) return std::string();
  return tl::unexpected(secret.error());
}

base::Result<ApiKey> SecretStore::put_back(store::Connection& connection, std::string_view organisation,
                                           std::string_view id, base::UtcTime now) const {
  const auto rows = connection.run(
      "SELECT key_encrypted, previous_encrypted, previous_until FROM api_keys WHERE organisation = ? AND id = ?",
      {std::string(organisation), std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return no_such_key();
  const auto& row = rows->front();
  if (row.text(1).empty() || row.maybe_integer(2).value_or(0) < now.unix_ms)
    return base::fail(base::ErrorCode::failed_precondition, kDomain,
                      "the key before is not kept any more: enter it again, or make a new one at the service");
  const auto current = sealed_for(connection, organisation, id, kPreviousField, kField, row.text(1), now);
  if (!current) return tl::unexpected(current.error());
  if (current->empty())
    return base::fail(base::ErrorCode::data_loss, kDomain, "the key before cannot be opened any more: enter it again");
  const auto previous = sealed_for(connection, organisation, id, kField, kPreviousField, row.text(0), now);
  if (!previous) return tl::unexpected(previous.error());
  const auto written = connection.run(
      "UPDATE api_keys SET key_encrypted = ?, previous_encrypted = ?, last_four = previous_last_four, "
      "previous_last_four = last_four, updated_at = previous_since, previous_since = updated_at "
      "WHERE organisation = ? AND id = ?",
      {*current, *previous, std::string(organisation), std::string(id)});
  if (!written) return tl::unexpected(written.error());
  return find(connection, organisation, id);
}

base::Result<ApiKey> SecretStore::forget_previous(store::Connection& connection, std::string_view organisation,
                                                  std::string_view id) const {
  const auto written = connection.run(
      "UPDATE api_keys SET previous_encrypted = '', previous_last_four = '', previous_since = NULL, "
      "previous_until = NULL WHERE organisation = ? AND id = ?",
      {std::string(organisation), std::string(id)});
  if (!written) return tl::unexpected(written.error());
  return find(connection, organisation, id);
}

base::Status SecretStore::sweep(store::Connection& connection, base::UtcTime now) {
  return connection.write(
      "UPDATE api_keys SET previous_encrypted = '', previous_last_four = '', previous_since = NULL, "
      "previous_until = NULL WHERE previous_until < ?",
      {now.unix_ms});
}

base::Status SecretStore::remove(store::Connection& connection, std::string_view organisation,
                                 std::string_view id) const {
  const auto gone = connection.run("DELETE FROM api_keys WHERE organisation = ? AND id = ?",
                                   {std::string(organisation), std::string(id)});
  if (!gone) return tl::unexpected(gone.error());
  if (connection.changed() != 1) return no_such_key();
  return {};
}

base::Result<ApiKey> SecretStore::find(store::Connection& connection, std::string_view organisation,
                                       std::string_view id) const {
  const auto rows = connection.run(kSelect + " AND id = ?", {std::string(organisation), std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return no_such_key();
  return key_of(rows->front());
}

base::Result<std::vector<ApiKey>> SecretStore::list(store::Connection& connection,
                                                    std::string_view organisation) const {
  const auto rows = connection.run(kSelect + " ORDER BY service_name, name", {std::string(organisation)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<ApiKey> keys;
  for (const auto& row : *rows) keys.push_back(key_of(row));
  return keys;
}

base::Result<base::Secret> SecretStore::use(store::Connection& connection, std::string_view organisation,
                                            std::string_view id, std::string_view reason, const Witness& witness,
                                            base::UtcTime now) const {
  const auto rows = connection.run("SELECT service_name, key_encrypted FROM api_keys WHERE organisation = ? AND id = ?",
                                   {std::string(organisation), std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return no_such_key();
  const SecretUse use{std::string(organisation), std::string(id), rows->front().text(0), std::string(reason), now};
  if (!witness) return base::fail(base::ErrorCode::failed_precondition, kDomain, "nobody records the use of this key");
  if (auto seen = witness(use); !seen) return tl::unexpected(seen.error());
  const auto counted = connection.run(
      "UPDATE api_keys SET usage_count = usage_count + 1, last_used = ? WHERE organisation = ? AND id = ?",
      {now.unix_ms, std::string(organisation), std::string(id)});
  if (!counted) return tl::unexpected(counted.error());
  return box_.open(connection, {organisation, id, kField}, rows->front().text(1));
}

}  // namespace frontdesk::secrets
