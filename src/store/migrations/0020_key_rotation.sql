-- Master keys by their ids: what was seen of them, never the keys. Files are counted by each machine for itself.
CREATE TABLE master_keys (
  id TEXT PRIMARY KEY,
  first_seen BIGINT NOT NULL,
  last_used BIGINT,
  uses BIGINT NOT NULL DEFAULT 0,
  removed_at BIGINT
);

CREATE TABLE master_key_files (
  machine TEXT NOT NULL,
  master_key TEXT NOT NULL,
  files BIGINT NOT NULL,
  counted_at BIGINT NOT NULL,
  PRIMARY KEY (machine, master_key)
);

-- The key before the last replacement, until it can be put back no more.
ALTER TABLE api_keys ADD COLUMN previous_encrypted TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN previous_last_four TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN previous_since BIGINT;
ALTER TABLE api_keys ADD COLUMN previous_until BIGINT;
