// Who did what, so that nothing of it can be changed, left out or cut off unseen. Rows are numbered without a gap; each
// carries a keyed MAC over itself and the MAC before it. The key is the caller's, and so is the place outside the
// database where the head is anchored from time to time: without it, whoever can write to the database could cut the
// end off together with the head.
#pragma once
#include <functional>

#include "store/table.hpp"

namespace frontdesk::ledger {

struct AuditEntry {
  std::string organisation;
  base::UtcTime at;
  std::string actor_kind;  ///< "user", "token", "system"
  std::string actor;
  std::string action;   ///< "sip.update"
  std::string subject;  ///< the id of what it was done to
  std::string detail;   ///< JSON without secrets
  std::string address;  ///< where the request came from
  std::string request;  ///< its id
};

struct AuditRow {
  AuditEntry entry;
  std::int64_t sequence = 0;
  store::Blob mac;
};

/// The last row of an organisation. Sequence 0: there is none.
struct AuditHead {
  std::int64_t sequence = 0;
  store::Blob mac;
  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// A MAC, such as HMAC-SHA-256 (RFC 2104), over bytes that say everything about a row and the MAC before it.
using Mac = std::function<base::Result<store::Blob>(std::string_view bytes)>;

/// Those bytes: each field after its length, so that no two rows have the same.
std::string audit_bytes(const AuditEntry& entry, std::int64_t sequence, const store::Blob& previous);

class AuditLog {
 public:
  AuditLog(store::Connection& connection, Mac mac) : connection_(connection), mac_(std::move(mac)) {}

  /// Within the transaction of the change it tells of, if there is one: if it fails the change must not be made.
  base::Result<AuditHead> append(const AuditEntry& entry);
  base::Result<AuditHead> head(const std::string& organisation) const;
  /// The newest first; before `before` unless that is 0.
  base::Result<std::vector<AuditRow>> list(const std::string& organisation, int limit, std::int64_t before = 0) const;
  /// data_loss, with the first row's number, if anything is not as it was written, or `anchor` is not in it.
  base::Status verify(const std::string& organisation, const AuditHead& anchor = {}) const;

 private:
  base::Result<AuditHead> advance(const std::string& organisation);
  base::Status check(const AuditRow& row, AuditHead& head, const AuditHead& anchor) const;
  base::Result<std::vector<AuditRow>> select(const std::string& condition,
                                             const std::vector<store::Value>& values) const;
  store::Connection& connection_;
  Mac mac_;
};

}  // namespace frontdesk::ledger
