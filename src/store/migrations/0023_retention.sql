-- How long an organisation keeps things, in days; 0: for good. Without a row the configuration file says.
CREATE TABLE retention_policies (
  organisation TEXT PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
  transcripts_days BIGINT NOT NULL,
  messages_days BIGINT NOT NULL,
  calls_days BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
