#include "store/migrations.hpp"

#include <array>

#include "store/accounts_schema.hpp"
#include "store/audit_schema.hpp"
#include "store/secrets_schema.hpp"

namespace frontdesk::store {
namespace {

constexpr std::string_view kCallLog = R"sql(
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO organisations (id, name, created_at) VALUES ('org_local', 'This machine', 0);

CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  caller TEXT NOT NULL,
  caller_name TEXT NOT NULL,
  called TEXT NOT NULL,
  trunk TEXT NOT NULL,
  sip_call_id TEXT NOT NULL,
  status TEXT NOT NULL,
  end_class TEXT NOT NULL,
  end_reason TEXT NOT NULL,
  screening TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  answered_at BIGINT,
  ended_at BIGINT,
  duration_ms BIGINT NOT NULL,
  ai_confidence DOUBLE PRECISION NOT NULL,
  turns BIGINT NOT NULL,
  gap_p50_ms BIGINT,
  gap_p95_ms BIGINT,
  loss_percent DOUBLE PRECISION NOT NULL,
  jitter_ms DOUBLE PRECISION NOT NULL,
  recording TEXT NOT NULL,
  journal TEXT NOT NULL
);
CREATE INDEX calls_newest ON calls (organisation, started_at, id);
CREATE INDEX calls_open ON calls (status);

CREATE TABLE call_turns (
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  turn_index BIGINT NOT NULL,
  speaker TEXT NOT NULL,
  text TEXT NOT NULL,
  heard TEXT NOT NULL,
  interrupted BIGINT NOT NULL,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT NOT NULL,
  confidence DOUBLE PRECISION NOT NULL,
  sources TEXT NOT NULL,
  endpoint_ms BIGINT,
  stt_ms BIGINT,
  llm_ms BIGINT,
  tts_ms BIGINT,
  reply_ms BIGINT,
  gap_ms BIGINT,
  PRIMARY KEY (call, turn_index)
);

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  number TEXT NOT NULL,
  reason TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  status TEXT NOT NULL
);
CREATE INDEX messages_newest ON messages (organisation, taken_at, id);
CREATE INDEX messages_of_call ON messages (call);
)sql";

constexpr std::string_view kSpeculation = R"sql(
ALTER TABLE call_turns ADD COLUMN guesses BIGINT;
ALTER TABLE call_turns ADD COLUMN guesses_discarded BIGINT;
ALTER TABLE call_turns ADD COLUMN guessed_characters_discarded BIGINT;
)sql";

constexpr std::string_view kCallersAndQuality = R"sql(
ALTER TABLE calls ADD COLUMN caller_source TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN attestation TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN statement TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN withheld BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN diverted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN diverted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN sip_status BIGINT;
ALTER TABLE calls ADD COLUMN mos DOUBLE PRECISION;
ALTER TABLE calls ADD COLUMN round_trip_ms BIGINT;
ALTER TABLE calls ADD COLUMN codec TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN packet_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN srtp TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN packets_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN packets_out BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN packets_lost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN jitter_max_ms DOUBLE PRECISION NOT NULL DEFAULT 0;
)sql";

constexpr std::string_view kConsents = R"sql(
CREATE TABLE consents (
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  policy TEXT NOT NULL,
  outcome TEXT NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX consents_of_call ON consents (call);
)sql";

constexpr std::array kMigrations = {Migration{1, "call log", kCallLog},
                                    Migration{2, "speculation", kSpeculation},
                                    Migration{3, "callers and quality", kCallersAndQuality},
                                    Migration{4, "consents to recording", kConsents},
                                    Migration{5, "accounts", kAccountsSchema},
                                    Migration{10, "audit", kAuditSchema},
                                    Migration{11, "secrets", kSecretsSchema}};

base::Status apply(Connection& connection, const Migration& migration) {
  return connection.transaction([&]() -> base::Status {
    if (auto done = connection.run_script(migration.script); !done) return done;
    auto noted = connection.run("INSERT INTO schema_migrations (version, name) VALUES (?, ?)",
                                {std::int64_t{migration.version}, std::string(migration.name)});
    if (!noted) return tl::unexpected(noted.error());
    return {};
  });
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

base::Status migrate(Connection& connection) {
  if (auto done = connection.run_script(
          "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);");
      !done)
    return done;
  const auto newest = connection.run("SELECT MAX(version) FROM schema_migrations");
  if (!newest) return tl::unexpected(newest.error());
  const auto version = newest->front().integer(0);
  if (version > kMigrations.back().version)
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "the database was written by a newer version of frontdesk (schema " + std::to_string(version) +
                          ", this program knows " + std::to_string(kMigrations.back().version) +
                          "): install that version, or use another --data folder");
  for (const auto& migration : kMigrations) {
    if (migration.version <= version) continue;
    if (auto done = apply(connection, migration); !done) return done;
  }
  return {};
}

}  // namespace frontdesk::store
