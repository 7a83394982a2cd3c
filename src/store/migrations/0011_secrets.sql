CREATE TABLE data_keys (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  purpose TEXT NOT NULL,
  version BIGINT NOT NULL,
  wrapped TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (organisation, purpose, version)
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  service_name TEXT NOT NULL,
  name TEXT NOT NULL,
  key_encrypted TEXT NOT NULL,
  last_four TEXT NOT NULL,
  last_used BIGINT,
  usage_count BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (organisation, service_name, name)
);
