-- What callers say: 1 if text, heard, name, reason and words stand sealed with the organisation's key.
ALTER TABLE call_turns ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consents ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0;
-- What earlier versions wrote is sealed by and by.
CREATE INDEX call_turns_in_clear ON call_turns (call) WHERE sealed = 0;
CREATE INDEX messages_in_clear ON messages (id) WHERE sealed = 0;
CREATE INDEX consents_in_clear ON consents (call) WHERE sealed = 0;
