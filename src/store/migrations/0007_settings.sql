-- What an organisation sets up. Columns that end in _sealed hold authenticated ciphertext and nothing else; version
-- counts the changes of a row. Lists are lines; what says JSON is stored as it was checked.
CREATE TABLE sip_configurations (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  provider_name TEXT NOT NULL,
  domain TEXT NOT NULL,
  port BIGINT NOT NULL,
  username TEXT NOT NULL,
  auth_username TEXT NOT NULL,
  password_sealed TEXT NOT NULL,
  transport TEXT NOT NULL,
  inbound_number TEXT NOT NULL,
  allowed_numbers TEXT NOT NULL,
  backup_domain TEXT NOT NULL,
  outbound_proxy TEXT NOT NULL,
  registers BIGINT NOT NULL,
  ca_file TEXT NOT NULL,
  verify BIGINT NOT NULL,
  keep_alive_seconds BIGINT NOT NULL,
  srtp TEXT NOT NULL,
  codecs TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX sip_configurations_by_name ON sip_configurations (organisation, name);

CREATE TABLE ai_configurations (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  purpose TEXT NOT NULL, -- 'language', 'recognition', 'voice', 'embedding'
  place BIGINT NOT NULL, -- in the chain of fallbacks, from 0
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  base_url TEXT NOT NULL,
  api_key_sealed TEXT NOT NULL, -- empty: the organisation's key for the provider
  temperature DOUBLE PRECISION NOT NULL,
  max_tokens BIGINT NOT NULL,
  system_prompt TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX ai_configurations_in_order ON ai_configurations (organisation, purpose, place);

CREATE TABLE receptionist_settings (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  company TEXT NOT NULL,
  greeting TEXT NOT NULL,
  language TEXT NOT NULL,
  voice_profile TEXT NOT NULL, -- empty: the built-in voice
  business_hours TEXT NOT NULL, -- JSON
  faq_data TEXT NOT NULL, -- JSON
  routing_rules TEXT NOT NULL, -- JSON
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX receptionist_settings_of ON receptionist_settings (organisation);

CREATE TABLE voice_profiles (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  voice_id TEXT NOT NULL,
  voice_name TEXT NOT NULL,
  audio_file_url TEXT NOT NULL,
  training_status TEXT NOT NULL,
  training_error TEXT NOT NULL,
  quality_score DOUBLE PRECISION, -- 0 to 1
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX voice_profiles_of ON voice_profiles (organisation);

-- Outlives the profile: that there was consent must be provable after the voice is gone.
CREATE TABLE voice_consents (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  voice_profile TEXT NOT NULL,
  speaker TEXT NOT NULL,
  recorded_by TEXT NOT NULL, -- a user
  phrase TEXT NOT NULL,
  sample_sha256 TEXT NOT NULL,
  similarity DOUBLE PRECISION NOT NULL, -- of the phrase's voice to the sample's, 0 to 1
  given_at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE INDEX voice_consents_of ON voice_consents (organisation, voice_profile);

-- Every version of a setting that is written as a draft and then published.
CREATE TABLE configuration_versions (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  subject TEXT NOT NULL, -- 'receptionist:rec_...'
  number BIGINT NOT NULL,
  state TEXT NOT NULL, -- 'draft', 'published', 'superseded'
  content TEXT NOT NULL, -- JSON
  author TEXT NOT NULL, -- a user
  note TEXT NOT NULL,
  based_on BIGINT NOT NULL, -- a number; 0: nothing
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  published_at BIGINT,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX configuration_versions_by_number ON configuration_versions (organisation, subject, number);
CREATE UNIQUE INDEX configuration_versions_drafts ON configuration_versions (organisation, subject) WHERE state = 'draft';
CREATE UNIQUE INDEX configuration_versions_published ON configuration_versions (organisation, subject) WHERE state = 'published';
