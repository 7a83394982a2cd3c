CREATE TABLE consents (
  call TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  policy TEXT NOT NULL,
  outcome TEXT NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX consents_of_call ON consents (call);
