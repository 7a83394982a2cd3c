-- What was used, what went wrong; and the documents that answers come from.
-- Money is in millionths of a currency unit.
CREATE TABLE usage_records (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  call TEXT, -- outlives the call
  kind TEXT NOT NULL, -- 'call_seconds', 'input_tokens', ...
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  cost_micros BIGINT NOT NULL,
  currency TEXT NOT NULL
);
CREATE INDEX usage_records_by_time ON usage_records (organisation, at, kind, provider, model, quantity, cost_micros, currency);

CREATE TABLE invoices (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  number TEXT NOT NULL,
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  currency TEXT NOT NULL,
  net_micros BIGINT NOT NULL,
  tax_micros BIGINT NOT NULL,
  total_micros BIGINT NOT NULL,
  lines TEXT NOT NULL, -- JSON
  state TEXT NOT NULL, -- 'open', 'paid', 'void'
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  paid_at BIGINT,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX invoices_by_number ON invoices (organisation, number);

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  severity TEXT NOT NULL, -- 'info', 'warning', 'critical'
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL, -- 'open', 'acknowledged', 'resolved'
  times BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  acknowledged_by TEXT NOT NULL,
  acknowledged_at BIGINT,
  resolved_at BIGINT
);
CREATE UNIQUE INDEX alerts_unresolved ON alerts (organisation, kind, subject) WHERE state <> 'resolved';
CREATE INDEX alerts_newest ON alerts (organisation, id);

CREATE TABLE knowledge_documents (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL, -- a URL, or a file's name
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  state TEXT NOT NULL, -- 'waiting', 'ready', 'failed'
  error TEXT NOT NULL,
  chunks BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX knowledge_documents_of ON knowledge_documents (organisation);

CREATE TABLE knowledge_chunks (
  document TEXT NOT NULL REFERENCES knowledge_documents (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  model TEXT NOT NULL, -- whose embedding it is; empty: none yet
  embedding BYTEA NOT NULL, -- 32-bit floats, little endian, of length 1
  PRIMARY KEY (document, place)
);
CREATE INDEX knowledge_chunks_by_model ON knowledge_chunks (organisation, model, document, place);
