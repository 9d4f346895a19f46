-- Ten minutes and an hour are counted on the machine's own clock, which nobody sets: the boot it counts from and nanoseconds
-- since. Rows without it, and rows of another boot, are counted by the wall clock.

ALTER TABLE incident_claims ADD COLUMN boot TEXT;
ALTER TABLE incident_claims ADD COLUMN machine_at INTEGER;

ALTER TABLE delivery_attempts ADD COLUMN boot TEXT;
ALTER TABLE delivery_attempts ADD COLUMN machine_at INTEGER;

CREATE INDEX delivery_attempts_by_machine ON delivery_attempts (channel, recipient, boot, machine_at)
    WHERE boot IS NOT NULL;
