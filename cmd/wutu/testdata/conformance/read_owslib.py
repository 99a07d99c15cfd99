#!/usr/bin/python3
"""Reads every collection of a service with OWSLib, in pages.

    read_owslib.py LANDING FOLDER

Writes LAYER.ids, one id a line, and LAYER.count, the number the service states,
into FOLDER, and asks what else OWSLib knows of a collection.
"""

import os
import sys

from owslib.ogcapi.features import Features

PAGE = 700


def main(landing, folder):
    api = Features(landing)
    assert api.conformance()["conformsTo"] and api.api()["openapi"]
    for layer in api.feature_collections():
        assert api.collection(layer)["id"] == layer
        assert api.collection_queryables(layer)["properties"] is not None
        ids, page = [], {"features": True}
        while page["features"]:
            page = api.collection_items(layer, limit=PAGE, offset=len(ids))
            ids += [f["id"] for f in page["features"]]
        with open(os.path.join(folder, layer + ".count"), "w", encoding="utf-8") as out:
            print(page["numberMatched"], file=out)
        with open(os.path.join(folder, layer + ".ids"), "w", encoding="utf-8") as out:
            out.writelines(i + "\n" for i in ids)
        if ids:
            assert api.collection_item(layer, ids[0])["id"] == ids[0]
        print(layer, len(ids))


if __name__ == "__main__":
    main(*sys.argv[1:])
