ALTER TABLE call_turns ADD COLUMN guesses BIGINT;
ALTER TABLE call_turns ADD COLUMN guesses_discarded BIGINT;
ALTER TABLE call_turns ADD COLUMN guessed_characters_discarded BIGINT;
