-- What is to be done later, and what has been promised to others.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL, -- JSON
  singleton TEXT, -- no two unfinished jobs of a queue have the same
  state TEXT NOT NULL, -- 'waiting', 'running', 'done', 'dead'
  attempts BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL, -- when a worker may take it; while one has it, the end of its lease
  worker TEXT NOT NULL,
  last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX jobs_due ON jobs (queue, next_at) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_ended ON jobs (state, finished_at) WHERE state IN ('done', 'dead');
CREATE UNIQUE INDEX jobs_singletons ON jobs (queue, singleton) WHERE state IN ('waiting', 'running') AND singleton IS NOT NULL;

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  events TEXT NOT NULL, -- names, '*': all
  description TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  previous_secret_sealed TEXT NOT NULL, -- also signed with until then; empty: none
  previous_secret_until BIGINT,
  enabled BIGINT NOT NULL,
  failing_since BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX webhooks_of ON webhooks (organisation);

CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL, -- as jobs
  attempts BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  worker TEXT NOT NULL,
  last_status BIGINT, -- HTTP
  last_error TEXT NOT NULL,
  took_ms BIGINT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state IN ('waiting', 'running');
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (organisation, webhook, id);

-- A request that is sent twice is carried out once.
CREATE TABLE idempotency_keys (
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL, -- of method, path and body
  status BIGINT, -- of the answer; none while the first request runs
  content_type TEXT NOT NULL,
  answer BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organisation, key)
);
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at);
