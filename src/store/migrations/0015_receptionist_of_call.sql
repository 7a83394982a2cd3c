-- Which published version of the receptionist answered; 0: what the configuration file says.
ALTER TABLE calls ADD COLUMN receptionist BIGINT NOT NULL DEFAULT 0;
