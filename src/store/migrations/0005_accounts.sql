CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  subscription_tier TEXT NOT NULL DEFAULT 'self_hosted',
  api_quota BIGINT NOT NULL DEFAULT 0,
  storage_quota BIGINT NOT NULL DEFAULT 0,
  email_verified_at BIGINT,
  password_changed_at BIGINT NOT NULL,
  totp_sealed TEXT NOT NULL DEFAULT '',
  totp_enabled_at BIGINT,
  totp_last_step BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE memberships (
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation, user_id)
);
CREATE INDEX memberships_of_user ON memberships (user_id, created_at);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  revoked_because TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at);

CREATE TABLE refresh_tokens (
  digest TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session);

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT NOT NULL DEFAULT '',
  revoked_at BIGINT
);
CREATE INDEX api_tokens_of_organisation ON api_tokens (organisation, created_at);

CREATE TABLE email_tokens (
  digest TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  email TEXT NOT NULL,
  user_id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  tries BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX email_tokens_of_email ON email_tokens (email, kind);
CREATE INDEX email_tokens_expiring ON email_tokens (expires_at);

CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (user_id, digest)
);

CREATE TABLE sign_in_attempts (
  account TEXT NOT NULL,
  source TEXT NOT NULL,
  failures BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  PRIMARY KEY (account, source)
);
CREATE INDEX sign_in_attempts_old ON sign_in_attempts (last_failure_at);

CREATE TABLE ip_allow_list (
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  network TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organisation, network)
);
