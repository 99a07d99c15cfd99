-- Fixes of moving objects as they came: one row a commit. n never comes again.
CREATE TABLE wutu_fixes (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  layer INTEGER NOT NULL,
  fixes INTEGER NOT NULL,
  data BLOB NOT NULL
);

-- Their tracks: what one object did in one hour since 1970, in packed columns. first
-- and last are the times of its first and last fix, in milliseconds.
CREATE TABLE wutu_tracks (
  n INTEGER PRIMARY KEY,
  layer INTEGER NOT NULL,
  id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  fixes INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE UNIQUE INDEX wutu_tracks_hour ON wutu_tracks (layer, id, hour);

-- Where and when chunks of tracks lie: n is that of wutu_tracks, x and y are in 10^-7
-- degrees, h is the hour, l stands for the layer.
CREATE VIRTUAL TABLE wutu_track_boxes USING rtree_i32(n, x0, x1, y0, y1, h0, h1, l0, l1);

-- How many lines of the change log are gone because a later move replaced theirs.
CREATE TABLE wutu_moves (
  k INTEGER PRIMARY KEY CHECK (k = 1),
  gone INTEGER NOT NULL
);
INSERT INTO wutu_moves VALUES (1, 0);

INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('wutu_fixes', 'wutu_city', 'Fixes of moving objects as they came', 'write-only'),
  ('wutu_tracks', 'wutu_city', 'Tracks of moving objects', 'write-only'),
  ('wutu_moves', 'wutu_city', 'Moves that the change log has dropped', 'write-only'),
  ('wutu_track_boxes', 'wutu_city', 'Index of tracks by place and time', 'write-only'),
  ('wutu_track_boxes_node', 'wutu_city', 'Index of tracks by place and time', 'write-only'),
  ('wutu_track_boxes_parent', 'wutu_city', 'Index of tracks by place and time', 'write-only'),
  ('wutu_track_boxes_rowid', 'wutu_city', 'Index of tracks by place and time', 'write-only');
