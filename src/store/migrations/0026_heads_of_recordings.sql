-- The head of a sealed recording that is in a bucket, in hexadecimal digits, and the id of the master key that wraps the
-- key in it: the object's own head is blank.
ALTER TABLE recordings ADD COLUMN head TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN master_key TEXT NOT NULL DEFAULT '';
