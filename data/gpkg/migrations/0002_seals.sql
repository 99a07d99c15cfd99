-- What was sealed with which key, as a log. act is
--   key      from here on values are sealed with this key; probe opens with it
--   rotated  nothing is sealed with an older key any more
--   plain    the field of the layer became a sealed one; its old values are not yet
--   sealed   no plain value of the field is left
CREATE TABLE wutu_seals (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  act TEXT NOT NULL,
  key TEXT,
  probe TEXT,
  layer INTEGER,
  field TEXT
);
INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('wutu_seals', 'wutu_city', 'Keys of sealed values', 'write-only');
