-- An index row has no room for any name a caller may send: names are searched in the table.
CREATE INDEX calls_by_status ON calls (organisation, status, started_at, id);
