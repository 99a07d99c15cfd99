#!/usr/bin/python3
"""Reads every collection of a service with QGIS (PyQGIS, provider OAPIF).

    read_qgis.py LANDING FOLDER

Writes LAYER.ids, one id a line, and LAYER.count, what QGIS counts, into FOLDER.
"""

import json
import os
import sys
import urllib.request

from qgis.core import QgsApplication, QgsVectorLayer

PAGE = 700


def main(landing, folder):
    app = QgsApplication([], False)
    app.initQgis()
    with urllib.request.urlopen(landing + "/collections") as answer:
        collections = [c["id"] for c in json.load(answer)["collections"]]
    for name in collections:
        layer = QgsVectorLayer(f"url='{landing}' typename='{name}' pageSize='{PAGE}' maxNumFeatures='0'", name, "OAPIF")
        assert layer.isValid(), f"{name}: {layer.error().message()}"
        column = layer.fields().indexOf("id")
        ids = [f.attribute(column) for f in layer.getFeatures()]
        with open(os.path.join(folder, name + ".count"), "w", encoding="utf-8") as out:
            print(layer.featureCount(), file=out)
        with open(os.path.join(folder, name + ".ids"), "w", encoding="utf-8") as out:
            out.writelines(str(i) + "\n" for i in ids)
        print(name, layer.featureCount(), len(ids), flush=True)
    os._exit(0)  # taking the application down crashes some releases of QGIS


if __name__ == "__main__":
    main(*sys.argv[1:])
