#include "audit/log.hpp"

#include <limits>

#include "audit/anchor_file.hpp"
#include "audit/rows.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::audit {
namespace {

constexpr std::string_view kPurpose = "audit";
constexpr std::string_view kPseudonym = "frontdesk pseudonym 1\n";
constexpr std::size_t kPseudonymBytes = 16;
constexpr int kPage = 1000;

base::Secret secret_of(const vault::Key& key) {
  const auto bytes = key.expose();
  return base::Secret(std::string(bytes.begin(), bytes.end()));
}

std::string shortened(std::string text) {
  if (text.size() <= kLongestShown) return text;
  auto end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // not within a character
  return text.substr(0, end) + "...";
}

chain::Record record_of(const Entry& entry, std::int64_t sequence, base::UtcTime now) {
  chain::Record record{sequence,
                       now,
                       entry.actor.organisation,
                       entry.actor.id,
                       entry.actor.session,
                       entry.actor.address,
                       entry.action,
                       entry.subject,
                       {}};
  for (const auto& each : entry.changes)
    record.changes.push_back({each.field, shortened(each.before), shortened(each.after)});
  return record;
}

base::Result<chain::Anchor> parse(const base::Result<std::string>& text, const base::Secret& key) {
  if (!text) return tl::unexpected(text.error());
  return chain::parse_anchor(*text, key);
}

base::Result<Report> examine(store::Connection& connection, const base::Secret& key,
                             const base::Result<chain::Anchor>& anchor) {
  chain::Verifier verifier(key);
  verifier.set_anchor(anchor);
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (;;) {
    const auto rows = read_after(connection, last, kPage);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows) verifier.add(row.record, row.mac);
    if (rows->size() < kPage) break;
    last = rows->back().record.sequence;
  }
  auto findings = verifier.finish();
  return Report{verifier.records(), std::move(findings)};
}

}  // namespace

base::Result<std::unique_ptr<Log>> Log::open(store::Connection& connection, const secrets::DataKeys& keys,
                                             std::filesystem::path anchor, base::UtcTime now) {
  const auto key = keys.newest(connection, secrets::kInstallation, kPurpose, now);
  if (!key) return tl::unexpected(key.error());
  std::unique_ptr<Log> log(new Log(secret_of(key->key), std::move(anchor)));
  const auto there = log->anchor();
  if (there || there.error().code != base::ErrorCode::not_found) return log;
  const auto end = read_end(connection);
  if (!end) return tl::unexpected(end.error());
  if (end->sequence != 0) return log;  // changes will be refused, reading goes on
  if (auto written = log->write({}); !written) return tl::unexpected(written.error());
  return log;
}

base::Result<chain::Anchor> Log::anchor() const {
  return parse(read_anchor(anchor_), key_);
}

base::Status Log::write(const chain::Anchor& anchor) const {
  return write_anchor(anchor_, chain::anchor_text(anchor, key_));
}

base::Status Log::change(store::Connection& connection, base::UtcTime now,
                         const std::function<base::Status(Trail&)>& work) {
  const std::lock_guard lock(mutex_);
  return change_locked(connection, now, true, work);
}

base::Status Log::change_locked(store::Connection& connection, base::UtcTime now, bool check_anchor,
                                const std::function<base::Status(Trail&)>& work) {
  chain::Head end;
  bool appended = false;
  auto done = connection.transaction([&]() -> base::Status {
    if (auto locked = lock_end(connection); !locked) return locked;
    const auto begin = read_end(connection);
    if (!begin) return tl::unexpected(begin.error());
    if (check_anchor) {
      const auto anchored = anchor();
      if (!anchored) return tl::unexpected(anchored.error());
      if (auto good = chain::check_end(*begin, *anchored); !good) return good;
    }
    Trail trail;
    if (auto worked = work(trail); !worked) return worked;
    end = *begin;
    for (const auto& entry : trail.entries()) {
      auto record = record_of(entry, end.sequence + 1, now);
      end = {record.sequence, chain::mac_after(key_, end.mac, record)};
      if (auto written = append(connection, {std::move(record), end.mac}); !written) return written;
    }
    appended = !trail.entries().empty();
    if (!appended) return {};
    return write({*begin, end});
  });
  if (done && appended && !write({end, {}})) ++unconfirmed_;
  return done;
}

base::Result<std::vector<chain::Record>> Log::list(store::Connection& connection, std::string_view organisation,
                                                   std::int64_t before, int limit) const {
  return list(connection, Filter{std::string(organisation), {}, {}, {}, {}, {}, before}, limit);
}

base::Result<std::vector<chain::Record>> Log::list(store::Connection& connection, const Filter& filter,
                                                   int limit) const {
  const auto rows = read_before(connection, filter, std::clamp(limit, 1, kMostListed));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<chain::Record> records;
  for (const auto& row : *rows) records.push_back(row.record);
  return records;
}

base::Result<Report> Log::verify(store::Connection& connection) const {
  return examine(connection, key_, anchor());
}

base::Status Log::reanchor(store::Connection& connection, const Actor& actor, std::string_view reason,
                           base::UtcTime now) {
  const std::lock_guard lock(mutex_);
  const auto before = anchor();
  return change_locked(connection, now, false, [&](Trail& trail) -> base::Status {
    const auto end = read_end(connection);
    if (!end) return tl::unexpected(end.error());
    trail.add(
        {actor,
         "audit.reanchored",
         "audit",
         {{"end", before ? std::to_string(before->confirmed.sequence) : "(no anchor)", std::to_string(end->sequence)},
          {"reason", "", std::string(reason)}}});
    return {};
  });
}

std::string Log::pseudonym(std::string_view text) const {
  std::string input(kPseudonym);
  input += text;
  const auto digest = crypto::hmac_sha256(crypto::bytes_of(key_.expose()), crypto::bytes_of(input));
  return crypto::hex(std::span(digest).first(kPseudonymBytes));
}

base::Result<Report> verify(store::Connection& connection, const secrets::DataKeys& keys,
                            const std::filesystem::path& anchor) {
  const auto all = keys.all(connection, secrets::kInstallation, kPurpose);
  if (!all) return tl::unexpected(all.error());
  const auto text = read_anchor(anchor);
  if (all->empty()) {
    const auto end = read_end(connection);
    if (!end) return tl::unexpected(end.error());
    if (end->sequence == 0 && !text) return Report{};  // nothing was ever recorded here
    return base::fail(base::ErrorCode::data_loss, "audit",
                      "the key of the audit log is gone from the database: nothing in it can be believed");
  }
  const auto key = secret_of(all->back().key);
  return examine(connection, key, parse(text, key));
}

}  // namespace frontdesk::audit
