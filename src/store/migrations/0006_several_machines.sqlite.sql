UPDATE consents SET sequence = rowid;

-- Holds all that a list of calls is filtered by: the rows themselves are read for the page that is shown alone.
DROP INDEX calls_newest;
CREATE INDEX calls_listed ON calls (organisation, started_at, id, status, duration_ms, ai_confidence, caller, caller_name);
