#include "store/ledger/audit_log.hpp"

#include "store/storable_text.hpp"

namespace frontdesk::ledger {
namespace {

constexpr std::int64_t kVerifiedAtOnce = 1000;

void add_field(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size()) + ":";
  bytes += field;
}

tl::unexpected<base::Error> tampered(const std::string& what) {
  return base::fail(base::ErrorCode::data_loss, "audit", "the audit log is not as it was written: " + what);
}

/// What is read back must be what was authenticated.
AuditEntry storable(const AuditEntry& entry) {
  AuditEntry out = entry;
  for (auto* text : {&out.organisation, &out.actor_kind, &out.actor, &out.action, &out.subject, &out.detail,
                     &out.address, &out.request})
    *text = store::storable_text(*text);
  return out;
}

}  // namespace

std::string audit_bytes(const AuditEntry& entry, std::int64_t sequence, const store::Blob& previous) {
  std::string bytes = "frontdesk audit 1;";
  add_field(bytes, entry.organisation);
  add_field(bytes, std::to_string(sequence));
  add_field(bytes, std::to_string(entry.at.unix_ms));
  for (const auto* text :
       {&entry.actor_kind, &entry.actor, &entry.action, &entry.subject, &entry.detail, &entry.address, &entry.request})
    add_field(bytes, *text);
  add_field(bytes, std::string_view(reinterpret_cast<const char*>(previous.data()), previous.size()));
  return bytes;
}

base::Result<AuditHead> AuditLog::head(const std::string& organisation) const {
  const auto rows = connection_.run("SELECT sequence, mac FROM audit_heads WHERE organisation = ?", {organisation});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return AuditHead{};
  return AuditHead{rows->front().integer(0), rows->front().bytes(1)};
}

/// The head's row is what writers wait for each other at: its number goes up before anything else is done.
base::Result<AuditHead> AuditLog::advance(const std::string& organisation) {
  const auto rows = connection_.run(
      "INSERT INTO audit_heads (organisation, sequence, mac) VALUES (?, 1, ?) ON CONFLICT (organisation) DO UPDATE SET "
      "sequence = audit_heads.sequence + 1 RETURNING sequence, mac",
      {organisation, store::Blob()});
  if (!rows) return tl::unexpected(rows.error());
  return AuditHead{rows->front().integer(0), rows->front().bytes(1)};
}

base::Result<AuditHead> AuditLog::append(const AuditEntry& given) {
  const auto entry = storable(given);
  AuditHead head;
  auto done = connection_.transaction([&]() -> base::Status {
    const auto advanced = advance(entry.organisation);
    if (!advanced) return tl::unexpected(advanced.error());
    auto mac = mac_(audit_bytes(entry, advanced->sequence, advanced->mac));
    if (!mac) return tl::unexpected(mac.error());
    head = {advanced->sequence, std::move(*mac)};
    if (auto added = connection_.write(
            "INSERT INTO audit_log (organisation, sequence, at, actor_kind, actor, action, subject, detail, address, "
            "request, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {entry.organisation, head.sequence, entry.at.unix_ms, entry.actor_kind, entry.actor, entry.action,
             entry.subject, entry.detail, entry.address, entry.request, head.mac});
        !added)
      return added;
    return connection_.write("UPDATE audit_heads SET mac = ? WHERE organisation = ?", {head.mac, entry.organisation});
  });
  if (!done) return tl::unexpected(done.error());
  return head;
}

base::Result<std::vector<AuditRow>> AuditLog::select(const std::string& condition,
                                                     const std::vector<store::Value>& values) const {
  const auto rows = connection_.run(
      "SELECT organisation, sequence, at, actor_kind, actor, action, subject, detail, address, request, mac FROM "
      "audit_log WHERE " +
          condition,
      values);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<AuditRow> found;
  for (const auto& row : *rows)
    found.push_back({{row.text(0), row.time(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7),
                      row.text(8), row.text(9)},
                     row.integer(1),
                     row.bytes(10)});
  return found;
}

base::Result<std::vector<AuditRow>> AuditLog::list(const std::string& organisation, int limit,
                                                   std::int64_t before) const {
  std::vector<store::Value> values{organisation};
  if (before > 0) values.emplace_back(before);
  values.emplace_back(std::int64_t{std::clamp(limit, 1, store::kLongestList)});
  return select(
      std::string("organisation = ?") + (before > 0 ? " AND sequence < ?" : "") + " ORDER BY sequence DESC LIMIT ?",
      values);
}

base::Status AuditLog::check(const AuditRow& row, AuditHead& head, const AuditHead& anchor) const {
  const auto number = std::to_string(head.sequence + 1);
  if (row.sequence != head.sequence + 1) return tampered("row " + number + " is missing");
  const auto mac = mac_(audit_bytes(row.entry, row.sequence, head.mac));
  if (!mac) return tl::unexpected(mac.error());
  if (*mac != row.mac) return tampered("row " + number + " was changed");
  head = {row.sequence, row.mac};
  if (anchor.sequence == head.sequence && anchor.mac != head.mac)
    return tampered("row " + number + " is not the one that was anchored");
  return {};
}

base::Status AuditLog::verify(const std::string& organisation, const AuditHead& anchor) const {
  AuditHead reached;
  while (true) {
    const auto rows = select("organisation = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                             {organisation, reached.sequence, kVerifiedAtOnce});
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) break;
    for (const auto& row : *rows)
      if (auto checked = check(row, reached, anchor); !checked) return checked;
  }
  const auto last = head(organisation);
  if (!last) return tl::unexpected(last.error());
  if (*last != reached) return tampered("it ends at row " + std::to_string(reached.sequence) + ", too soon");
  if (anchor.sequence > reached.sequence)
    return tampered("it ends before row " + std::to_string(anchor.sequence) + ", which was anchored");
  return {};
}

}  // namespace frontdesk::ledger
