-- Machines may share a database: whose call is it? And what more there is to know of a call.
ALTER TABLE calls ADD COLUMN machine TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN sentiment TEXT NOT NULL DEFAULT '';
ALTER TABLE consents ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;

DROP INDEX calls_open;
CREATE INDEX calls_open ON calls (machine) WHERE status = 'in_progress';
CREATE INDEX calls_recorded ON calls (ended_at) WHERE recording <> '';

CREATE TABLE call_events (
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  sequence BIGINT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL, -- JSON
  PRIMARY KEY (call, sequence)
);

CREATE TABLE recordings (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  place TEXT NOT NULL, -- 'disk' or 's3'
  path TEXT NOT NULL,
  format TEXT NOT NULL,
  sealed BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  duration_ms BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE INDEX recordings_of_call ON recordings (call);
