-- Voices that are made from somebody's recording: the recording, what was measured of it, and what a consent rests on.
ALTER TABLE voice_profiles ADD COLUMN machine TEXT NOT NULL DEFAULT ''; -- whose disk has the sample; empty: there is one
ALTER TABLE voice_profiles ADD COLUMN sample_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE voice_profiles ADD COLUMN sample_report TEXT NOT NULL DEFAULT ''; -- JSON
ALTER TABLE voice_profiles ADD COLUMN training_progress BIGINT NOT NULL DEFAULT 0; -- percent
ALTER TABLE voice_consents ADD COLUMN relation TEXT NOT NULL DEFAULT ''; -- 'mine', 'permitted'
ALTER TABLE voice_consents ADD COLUMN phrase_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE voice_consents ADD COLUMN words_matched DOUBLE PRECISION; -- NULL: not checked

-- Sentences that wait to be read aloud: each good for one consent.
CREATE TABLE voice_sentences (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  sentence TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX voice_sentences_of ON voice_sentences (organisation, user_id);
