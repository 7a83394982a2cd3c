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
