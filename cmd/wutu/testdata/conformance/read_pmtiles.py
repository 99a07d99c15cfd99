"""Reads an archive with the package pmtiles, whose authors made the format, and
compares it with the server that has the same city:

    read_pmtiles.py FILE URL/tiles/LAYERS

Every tile must be in order, of a zoom and a box that the header names, and gzip; a
sample must be what the server draws, without its codings. Prints what differs and, as
the last line, the counts PASSED FAILED SKIPPED."""
import gzip
import sys
import urllib.error
import urllib.request

from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, tileid_to_zxy, zxy_to_tileid

passed = failed = 0


def check(what, ok):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        if failed <= 20:
            print("  FAILED", what)


def served(address):
    request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


path, address = sys.argv[1], sys.argv[2]
with open(path, "rb") as f:
    source = MmapSource(f)
    reader = Reader(source)
    head = reader.header()
    check("gzip and MVT in the header", head["tile_compression"] == Compression.GZIP and head["tile_type"] == TileType.MVT)
    check("clustered", head["clustered"])
    names = {layer["id"] for layer in reader.metadata()["vector_layers"]}
    check(f"layers {names}", {"buildings", "roads", "components"} <= names)
    last, n, lowest, highest = -1, 0, 99, -1
    for (z, x, y), data in all_tiles(source):
        number = zxy_to_tileid(z, x, y)
        check(f"{z}/{x}/{y} in order", number > last and tileid_to_zxy(number) == (z, x, y))
        last, n, lowest, highest = number, n + 1, min(lowest, z), max(highest, z)
        plain = gzip.decompress(data)
        check(f"{z}/{x}/{y} found by itself", reader.get(z, x, y) == data)
        if n % 7 == 0 or z < 10:
            check(f"{z}/{x}/{y} is what the server draws", served(f"{address}/{z}/{x}/{y}.mvt") == plain)
    check(f"{n} tiles in the header", head["addressed_tiles_count"] == n)
    check(f"zooms {lowest} to {highest}", (head["min_zoom"], head["max_zoom"]) == (lowest, highest))
    check("no tile where there is nothing", reader.get(15, 0, 0) is None)
print(passed, failed, 0)
