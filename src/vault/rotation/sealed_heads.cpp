#include "vault/rotation/sealed_heads.hpp"

#include "crypto/encoding.hpp"
#include "vault/sealed_head.hpp"

namespace frontdesk::rotation {
namespace {

base::Result<vault::Bytes> rewrapped(const std::string& head, const vault::KeyRing& ring, const std::string& purpose) {
  const auto bytes = crypto::from_hex(head);
  if (!bytes) return base::fail(base::ErrorCode::data_loss, "vault", "its head was changed");
  auto fresh = vault::rewrap_head(*bytes, ring, purpose);
  if (!fresh) return tl::unexpected(fresh.error());
  return *fresh ? std::move(**fresh) : vault::Bytes(bytes->begin(), bytes->end());
}

}  // namespace

base::Result<HeadsRewrapped> rewrap_heads(store::Connection& connection, const vault::KeyRing& ring,
                                          const std::function<std::string(const std::string& path)>& purpose,
                                          const std::string& after, int limit) {
  const auto newest = ring.ids().back();
  HeadsRewrapped out;
  auto done = connection.transaction([&]() -> base::Status {
    out = {};
    const auto rows = connection.run(
        "SELECT id, path, head FROM recordings WHERE id > ? AND master_key <> '' AND master_key <> ? ORDER BY id "
        "LIMIT ?",
        {after, newest, std::int64_t{limit}});
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows) {
      out.last = row.text(0);
      const auto fresh = rewrapped(row.text(2), ring, purpose(row.text(1)));
      if (!fresh) {
        ++out.lost;
        if (out.first_lost.empty()) out.first_lost = row.text(1) + " in the bucket: " + fresh.error().message;
        continue;
      }
      // Whichever key wraps it now: the ring may have taken on another one.
      const auto key = vault::master_key_of_head(*fresh);
      if (!key) return tl::unexpected(key.error());
      if (auto kept = connection.write("UPDATE recordings SET head = ?, master_key = ? WHERE id = ? AND head = ?",
                                       {crypto::hex(*fresh), vault::to_text(*key), row.text(0), row.text(2)});
          !kept)
        return kept;
      ++out.done;
    }
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

base::Result<Counts> count_heads(store::Connection& connection) {
  const auto rows =
      connection.run("SELECT master_key, COUNT(*) FROM recordings WHERE master_key <> '' GROUP BY master_key");
  if (!rows) return tl::unexpected(rows.error());
  Counts out;
  for (const auto& row : *rows) out[row.text(0)] = row.integer(1);
  return out;
}

}  // namespace frontdesk::rotation
