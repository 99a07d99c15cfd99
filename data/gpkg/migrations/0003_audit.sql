-- What a line of the audit trail says is complete from here on. rule says how
-- its chain value is made: lines from before have sha256-1, which covers actor,
-- action, object and detail. mark is made with the city's keys, and a line that
-- has one has a salt made with them too.
ALTER TABLE wutu_audit ADD COLUMN rule TEXT NOT NULL DEFAULT 'sha256-1';
ALTER TABLE wutu_audit ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE wutu_audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE wutu_audit ADD COLUMN filter TEXT NOT NULL DEFAULT '';
ALTER TABLE wutu_audit ADD COLUMN handed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wutu_audit ADD COLUMN result TEXT NOT NULL DEFAULT '';
ALTER TABLE wutu_audit ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE wutu_audit ADD COLUMN mark BLOB;

-- Signed seals of finished days: number, day, the lines from first to last, the
-- chain value of the last, the hash of the seal before.
CREATE TABLE wutu_audit_seals (
  k INTEGER PRIMARY KEY,
  day TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  chain BLOB NOT NULL,
  before BLOB,
  rule TEXT NOT NULL,
  key TEXT NOT NULL,
  alg TEXT NOT NULL,
  signature BLOB NOT NULL
);

-- Where the trail ends, so that lines and seals taken off its end are missed.
CREATE TABLE wutu_audit_end (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  n INTEGER NOT NULL,
  chain BLOB,
  seals INTEGER NOT NULL,
  mark BLOB
);
INSERT INTO wutu_audit_end VALUES (1, coalesce((SELECT max(n) FROM wutu_audit), 0),
  (SELECT chain FROM wutu_audit ORDER BY n DESC LIMIT 1), 0, NULL);

INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('wutu_audit_seals', 'wutu_city', 'Seals of the audit trail', 'write-only'),
  ('wutu_audit_end', 'wutu_city', 'End of the audit trail', 'write-only');
