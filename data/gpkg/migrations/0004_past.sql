-- When an old version is the truth: from since (inclusive) to till (exclusive),
-- in microseconds since 1970 UTC, the ends of the 64-bit range for no bound; what
-- was learned later is taken out. gaps is 1 when something may be missing between
-- the two. since = till for a version that is never the truth any more.
ALTER TABLE wutu_history ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wutu_history ADD COLUMN till INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wutu_history ADD COLUMN gaps INTEGER NOT NULL DEFAULT 0;

-- Where and when old versions are the truth: n is that of wutu_history, x and y
-- are in 10^-7 degrees, t in units of 2^29 microseconds, l stands for the layer.
CREATE VIRTUAL TABLE wutu_past USING rtree_i32(n, x0, x1, y0, y1, t0, t1, l0, l1);

INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('wutu_past', 'wutu_city', 'Index of old versions by place and time', 'write-only'),
  ('wutu_past_node', 'wutu_city', 'Index of old versions by place and time', 'write-only'),
  ('wutu_past_parent', 'wutu_city', 'Index of old versions by place and time', 'write-only'),
  ('wutu_past_rowid', 'wutu_city', 'Index of old versions by place and time', 'write-only');
