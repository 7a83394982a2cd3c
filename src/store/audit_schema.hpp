// Migration 10: the audit log. Each row's MAC covers the row and the MAC before; the one row of audit_lock makes
// transactions that append wait for each other.
#pragma once
#include <string_view>

namespace frontdesk::store {

inline constexpr std::string_view kAuditSchema = R"sql(
CREATE TABLE audit_log (
  sequence BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  organisation TEXT NOT NULL,
  actor TEXT NOT NULL,
  session TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  changes TEXT NOT NULL,
  mac TEXT NOT NULL
);
CREATE INDEX audit_log_of_organisation ON audit_log (organisation, sequence);

CREATE TABLE audit_lock (
  id BIGINT PRIMARY KEY,
  appended BIGINT NOT NULL
);
INSERT INTO audit_lock (id, appended) VALUES (1, 0);
)sql";

}  // namespace frontdesk::store
