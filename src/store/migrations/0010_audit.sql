CREATE TABLE audit_log (
  sequence BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  organisation TEXT NOT NULL,
  actor TEXT NOT NULL,
  session TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  changes TEXT NOT NULL,
  mac TEXT NOT NULL
);
CREATE INDEX audit_log_of_organisation ON audit_log (organisation, sequence);

CREATE TABLE audit_lock (
  id BIGINT PRIMARY KEY,
  appended BIGINT NOT NULL
);
INSERT INTO audit_lock (id, appended) VALUES (1, 0);
