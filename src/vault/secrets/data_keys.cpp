#include "vault/secrets/data_keys.hpp"

#include "base/entropy.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::secrets {
namespace {

constexpr std::string_view kDomain = "vault";

std::string purpose_of_wrapping(std::string_view id, std::string_view organisation, std::string_view purpose) {
  return bound({"frontdesk data key 1", id, organisation, purpose});
}

base::Result<vault::Key> unwrapped(const vault::KeyRing& ring, std::string_view id, std::string_view organisation,
                                   std::string_view purpose, std::string_view text) {
  const auto wrapped = crypto::from_base64url(text);
  if (!wrapped) return base::fail(base::ErrorCode::data_loss, kDomain, "a data key in the database was changed");
  const auto what_for = purpose_of_wrapping(id, organisation, purpose);
  return ring.unwrap(*wrapped, vault::bytes_of(what_for));
}

}  // namespace

std::string bound(std::initializer_list<std::string_view> texts) {
  std::string out;
  for (const auto text : texts) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  }
  return out;
}

base::Result<std::vector<DataKey>> DataKeys::all(store::Connection& connection, std::string_view organisation,
                                                 std::string_view purpose) const {
  const auto rows =
      connection.run("SELECT id, wrapped FROM data_keys WHERE organisation = ? AND purpose = ? ORDER BY version",
                     {std::string(organisation), std::string(purpose)});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<DataKey> keys;
  for (const auto& row : *rows) {
    auto key = unwrapped(*ring_, row.text(0), organisation, purpose, row.text(1));
    if (!key) return tl::unexpected(key.error());
    keys.push_back({row.text(0), *key});
  }
  return keys;
}

base::Result<DataKey> DataKeys::newest(store::Connection& connection, std::string_view organisation,
                                       std::string_view purpose, base::UtcTime now) const {
  const auto rows = connection.run(
      "SELECT id, wrapped FROM data_keys WHERE organisation = ? AND purpose = ? ORDER BY version DESC LIMIT 1",
      {std::string(organisation), std::string(purpose)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return add(connection, organisation, purpose, 1, now);
  auto key = unwrapped(*ring_, rows->front().text(0), organisation, purpose, rows->front().text(1));
  if (!key) return tl::unexpected(key.error());
  return DataKey{rows->front().text(0), *key};
}

base::Result<vault::Key> DataKeys::key(store::Connection& connection, std::string_view id,
                                       std::string_view organisation, std::string_view purpose) const {
  const auto rows = connection.run("SELECT wrapped FROM data_keys WHERE id = ?", {std::string(id)});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty())
    return base::fail(base::ErrorCode::not_found, kDomain, "the key that sealed this is gone: enter the secret again");
  return unwrapped(*ring_, id, organisation, purpose, rows->front().text(0));
}

base::Result<DataKey> DataKeys::add(store::Connection& connection, std::string_view organisation,
                                    std::string_view purpose, std::int64_t version, base::UtcTime now) const {
  const auto key = vault::Key::random();
  if (!key) return tl::unexpected(key.error());
  const auto id = base::new_id("dkey");
  const auto what_for = purpose_of_wrapping(id, organisation, purpose);
  const auto wrapped = ring_->wrap(*key, vault::bytes_of(what_for));
  if (!wrapped) return tl::unexpected(wrapped.error());
  const auto written = connection.run(
      "INSERT INTO data_keys (id, organisation, purpose, version, wrapped, created_at) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (organisation, purpose, version) DO NOTHING",
      {id, std::string(organisation), std::string(purpose), version, crypto::base64url(*wrapped), now.unix_ms});
  if (!written) return tl::unexpected(written.error());
  if (connection.changed() == 1) return DataKey{id, *key};
  return newest(connection, organisation, purpose, now);  // another process was faster
}

base::Result<DataKey> DataKeys::rotate(store::Connection& connection, std::string_view organisation,
                                       std::string_view purpose, base::UtcTime now) const {
  const auto rows = connection.run("SELECT MAX(version) FROM data_keys WHERE organisation = ? AND purpose = ?",
                                   {std::string(organisation), std::string(purpose)});
  if (!rows) return tl::unexpected(rows.error());
  return add(connection, organisation, purpose, rows->front().integer(0) + 1, now);
}

base::Status DataKeys::forget_old(store::Connection& connection, std::string_view organisation,
                                  std::string_view purpose, std::size_t keep) const {
  const auto rows =
      connection.run("SELECT id FROM data_keys WHERE organisation = ? AND purpose = ? ORDER BY version DESC",
                     {std::string(organisation), std::string(purpose)});
  if (!rows) return tl::unexpected(rows.error());
  for (std::size_t i = keep; i < rows->size(); ++i)
    if (auto gone = connection.run("DELETE FROM data_keys WHERE id = ?", {(*rows)[i].text(0)}); !gone)
      return tl::unexpected(gone.error());
  return {};
}

base::Status DataKeys::rewrap_row(store::Connection& connection, const store::Row& row, Rewrapped& so_far) const {
  const auto old = crypto::from_base64url(row.text(3));
  const auto master = vault::master_key_of(old ? vault::ByteView(*old) : vault::ByteView());
  if (!master) {
    ++so_far.lost;
    return {};
  }
  if (ring_->is_newest(*old)) {
    ++so_far.uses[vault::to_text(*master)];
    return {};
  }
  const auto what_for = purpose_of_wrapping(row.text(0), row.text(1), row.text(2));
  const auto wrapped = ring_->rewrap(*old, vault::bytes_of(what_for));
  if (!wrapped) {
    ++so_far.lost;
    ++so_far.uses[vault::to_text(*master)];
    return {};
  }
  const auto written = connection.run("UPDATE data_keys SET wrapped = ? WHERE id = ? AND wrapped = ?",
                                      {crypto::base64url(*wrapped), row.text(0), row.text(3)});
  if (!written) return tl::unexpected(written.error());
  ++so_far.done;
  ++so_far.uses[vault::to_text(*vault::master_key_of(*wrapped))];
  return {};
}

base::Result<DataKeys::Rewrapped> DataKeys::rewrap_some(store::Connection& connection, const std::string& after,
                                                        int limit) const {
  Rewrapped out;
  auto done = connection.transaction([&]() -> base::Status {
    out = {};
    const auto rows =
        connection.run("SELECT id, organisation, purpose, wrapped FROM data_keys WHERE id > ? ORDER BY id LIMIT ?",
                       {after, std::int64_t{limit}});
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows) {
      if (auto rewrapped = rewrap_row(connection, row, out); !rewrapped) return rewrapped;
      out.last = row.text(0);
    }
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

base::Result<int> DataKeys::rewrap(store::Connection& connection) const {
  constexpr int kBatch = 100;
  int count = 0;
  int lost = 0;
  for (std::string after;;) {
    const auto some = rewrap_some(connection, after, kBatch);
    if (!some) return tl::unexpected(some.error());
    if (some->last.empty()) break;
    after = some->last;
    count += some->done;
    lost += some->lost;
  }
  if (lost == 0) return count;
  return base::fail(base::ErrorCode::data_loss, kDomain,
                    std::to_string(lost) + " data keys in the database were changed, or their master key is not here");
}

base::Result<std::map<std::string, std::int64_t>> DataKeys::master_keys(store::Connection& connection) {
  constexpr std::int64_t kPage = 1000;
  std::map<std::string, std::int64_t> uses;
  for (std::string after;;) {
    const auto rows =
        connection.run("SELECT id, wrapped FROM data_keys WHERE id > ? ORDER BY id LIMIT ?", {after, kPage});
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.text(0);
      const auto wrapped = crypto::from_base64url(row.text(1));
      if (!wrapped) continue;
      if (const auto master = vault::master_key_of(*wrapped)) ++uses[vault::to_text(*master)];
    }
    if (rows->size() < static_cast<std::size_t>(kPage)) return uses;
  }
}

}  // namespace frontdesk::secrets
