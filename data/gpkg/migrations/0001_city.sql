PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid'),
  ('China Geodetic Coordinate System 2000', 4490, 'EPSG', 4490,
   'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]',
   'longitude/latitude coordinates in decimal degrees on the CGCS2000 spheroid');

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);

CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);

-- Definitions of the layers. num stands for the layer in the other tables; seq is
-- the change that made this definition.
CREATE TABLE wutu_layers (
  num INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL
);

-- The change log. op is 1 put, 2 delete, 3 define; at is in microseconds since
-- 1970 UTC; id is set for deletions, where fid leads nowhere.
CREATE TABLE wutu_changes (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  op INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  fid INTEGER NOT NULL,
  id TEXT
);

-- Versions that were replaced or deleted by change ended; deleted_at is set for
-- the version a deletion ended. body holds the values of the fields.
CREATE TABLE wutu_history (
  n INTEGER PRIMARY KEY,
  layer INTEGER NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  deleted_at INTEGER,
  valid_from DATETIME,
  valid_to DATETIME,
  geom BLOB,
  body BLOB NOT NULL
);
CREATE UNIQUE INDEX wutu_history_version ON wutu_history (layer, id, version);

-- Rows that another program changed behind the change log's back.
CREATE TABLE wutu_foreign (
  layer INTEGER NOT NULL,
  fid INTEGER NOT NULL,
  at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);

CREATE TABLE wutu_records (
  bucket TEXT NOT NULL,
  key TEXT NOT NULL,
  data BLOB NOT NULL,
  expires INTEGER,
  PRIMARY KEY (bucket, key)
) WITHOUT ROWID;

-- The audit trail. chain is SHA-256 over the chain of the line before and this
-- line, so that a changed or missing line is found.
CREATE TABLE wutu_audit (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  chain BLOB NOT NULL
);

CREATE TABLE wutu_migrations (
  n INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);

-- GDAL and QGIS list every table of a GeoPackage that does not say, with this
-- extension or a table of data type "attributes", that its contents are complete.
INSERT INTO gpkg_extensions (extension_name, definition, scope) VALUES
  ('gdal_aspatial', 'http://gdal.org/geopackage_aspatial.html', 'read-write');

INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES
  ('wutu_layers', 'wutu_city', 'Definitions of the layers', 'write-only'),
  ('wutu_changes', 'wutu_city', 'Change log', 'write-only'),
  ('wutu_history', 'wutu_city', 'Replaced and deleted versions', 'write-only'),
  ('wutu_foreign', 'wutu_city', 'Rows changed by other programs', 'write-only'),
  ('wutu_records', 'wutu_city', 'Records of the program', 'write-only'),
  ('wutu_audit', 'wutu_city', 'Audit trail', 'write-only'),
  ('wutu_migrations', 'wutu_city', 'Migrations of the file', 'write-only');
