#include "vault/rotation/master_keys.hpp"

#include <algorithm>

#include "vault/rotation/sealed_heads.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::rotation {
namespace {

std::int64_t count_of(const Counts& counts, const std::string& id) {
  const auto found = counts.find(id);
  return found == counts.end() ? 0 : found->second;
}

struct OnFiles {
  Counts files;
  std::optional<base::UtcTime> counted;  ///< the earliest of the machines' latest counts
};

base::Result<OnFiles> on_files(store::Connection& connection) {
  OnFiles out;
  const auto rows = connection.run("SELECT master_key, SUM(files) FROM master_key_files GROUP BY master_key");
  if (!rows) return tl::unexpected(rows.error());
  for (const auto& row : *rows) out.files[row.text(0)] = row.integer(1);
  const auto heads = count_heads(connection);
  if (!heads) return tl::unexpected(heads.error());
  for (const auto& [id, count] : *heads) out.files[id] += count;
  const auto counted = connection.run("SELECT MIN(counted_at) FROM master_key_files");
  if (!counted) return tl::unexpected(counted.error());
  out.counted = counted->front().maybe_time(0);
  return out;
}

bool by_age(const MasterKey& a, const MasterKey& b) {
  if (a.newest != b.newest) return a.newest;
  return a.first_seen.unix_ms > b.first_seen.unix_ms;
}

}  // namespace

base::Status note_ring(store::Connection& connection, const std::vector<std::string>& ids, base::UtcTime now) {
  for (const auto& id : ids) {
    if (auto seen = connection.write(
            "INSERT INTO master_keys (id, first_seen) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET removed_at = NULL",
            {id, now.unix_ms});
        !seen)
      return seen;
  }
  return {};
}

base::Status note_removed(store::Connection& connection, const std::string& id, base::UtcTime now) {
  return connection.write("UPDATE master_keys SET removed_at = ? WHERE id = ?", {now.unix_ms, id});
}

base::Status add_uses(store::Connection& connection, const Counts& uses, base::UtcTime now) {
  for (const auto& [id, count] : uses) {
    if (count == 0) continue;
    if (auto added = connection.write("UPDATE master_keys SET uses = uses + ?, last_used = ? WHERE id = ?",
                                      {count, now.unix_ms, id});
        !added)
      return added;
  }
  return {};
}

base::Status note_files(store::Connection& connection, const std::string& machine, const Counts& files,
                        base::UtcTime now) {
  return connection.transaction([&]() -> base::Status {
    if (auto gone = connection.write("DELETE FROM master_key_files WHERE machine = ?", {machine}); !gone) return gone;
    for (const auto& [id, count] : files)
      if (auto written = connection.write(
              "INSERT INTO master_key_files (machine, master_key, files, counted_at) VALUES (?, ?, ?, ?)",
              {machine, id, count, now.unix_ms});
          !written)
        return written;
    return {};
  });
}

Advice advice(const MasterKey& key, base::UtcTime newest_since, base::UtcTime now) {
  const bool needed = key.data_keys + key.files > 0;
  if (!key.here) return needed ? Advice::restore : Advice::none;
  if (key.newest) {
    const auto age = std::chrono::milliseconds(now.unix_ms - key.first_seen.unix_ms);
    return age > kRenewAfter ? Advice::make_new : Advice::none;
  }
  const bool counted = key.counted_at && key.counted_at->unix_ms >= newest_since.unix_ms;
  return needed || !counted ? Advice::wait : Advice::take_out;
}

base::Result<std::vector<MasterKey>> known(store::Connection& connection, const std::vector<std::string>& ring,
                                           base::UtcTime now) {
  const auto rows = connection.run("SELECT id, first_seen, last_used, uses, removed_at FROM master_keys");
  if (!rows) return tl::unexpected(rows.error());
  const auto data_keys = secrets::DataKeys::master_keys(connection);
  if (!data_keys) return tl::unexpected(data_keys.error());
  const auto files = on_files(connection);
  if (!files) return tl::unexpected(files.error());
  std::map<std::string, MasterKey> keys;
  for (const auto& row : *rows)
    keys[row.text(0)] = {row.text(0), false, false, row.time(1),       row.maybe_time(2), row.integer(3),
                         0,           0,     {},    row.maybe_time(4), Advice::none};
  for (const auto& counts : {*data_keys, files->files})
    for (const auto& [id, count] : counts)
      if (count > 0) keys[id].id = id;
  for (const auto& id : ring) {
    keys[id].id = id;
    keys[id].here = true;
    keys[id].newest = id == ring.back();
  }
  const auto newest_since = ring.empty() ? now : keys[ring.back()].first_seen;
  std::vector<MasterKey> out;
  for (auto& [id, key] : keys) {
    key.data_keys = count_of(*data_keys, id);
    key.files = count_of(files->files, id);
    key.counted_at = files->counted;
    key.advice = advice(key, newest_since, now);
    out.push_back(std::move(key));
  }
  std::sort(out.begin(), out.end(), by_age);
  return out;
}

base::Result<Counts> files_elsewhere(store::Connection& connection, const std::string& machine) {
  const auto rows = connection.run(
      "SELECT master_key, SUM(files) FROM master_key_files WHERE machine <> ? GROUP BY master_key", {machine});
  if (!rows) return tl::unexpected(rows.error());
  Counts out;
  for (const auto& row : *rows) out[row.text(0)] = row.integer(1);
  return out;
}

}  // namespace frontdesk::rotation
