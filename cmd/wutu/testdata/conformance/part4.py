#!/usr/bin/env python3
"""Runs the abstract tests of OGC API Features Part 4 (20-002, Annex A) against a
collection, written from the text of the annex: one function per test, named as
the annex names it. It shares nothing with the runner in the repository of the
standard, needs nothing but Python, and signs in with a key.

    part4.py schema                        the JSON Schema the collection is made with
    part4.py data                          the features it holds at first
    part4.py run LANDING COLLECTION KEY    prints what fails, then "PASSED FAILED SKIPPED"

Tests make the features they change, so that their order does not matter.
"""

import copy
import datetime
import email.utils
import http.client
import json
import re
import sys
import urllib.parse

GEOJSON, PATCH, JSON = "application/geo+json", "application/merge-patch+json", "application/json"
COMMON, FEATURES = "http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/", "http://www.opengis.net/spec/ogcapi-features-"
CLASSES = {
    "create-replace-delete": COMMON + "create-replace-delete",
    "update": COMMON + "update",
    "optimistic-locking-timestamps": COMMON + "optimistic-locking-timestamps",
    "optimistic-locking-etags": COMMON + "optimistic-locking-etags",
    "return-resource-representation-in-response": COMMON + "return-resource-representation-in-response",
    "handling": COMMON + "handling",
    "features": FEATURES + "4/1.0/conf/features",
    "crs": FEATURES + "2/1.0/conf/crs",
    "gml": FEATURES + "1/1.0/conf/gmlsf0",
    "json-fg": "http://www.opengis.net/spec/json-fg-1/1.0/conf/api",
    "receivables": "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables",
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "title": "Huts", "required": ["use"],
    "properties": {
        "id": {"type": "string", "readOnly": True, "x-ogc-role": "id"},
        "geometry": {"format": "geometry-polygon", "x-ogc-role": "primary-geometry"},
        "name": {"type": "string"}, "owner": {"type": "string"},
        "use": {"type": "string", "enum": ["dwelling", "store", "other"]},
        "height": {"type": "number", "x-ogc-unit": "m"}, "floors": {"type": "integer"},
    },
}


def square(x, y, side=0.0004):
    return {"type": "Polygon", "coordinates": [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]}


def hut(name, use="dwelling", x=111.29, y=30.69, **more):
    properties = {"name": name, "use": use, "height": 4.5, **more}
    return {"type": "Feature", "geometry": square(x, y), "properties": {k: v for k, v in properties.items() if v is not None}}


class Skipped(Exception):
    pass


class Answer:
    def __init__(self, method, url, status, headers, body):
        self.method, self.url, self.status, self.headers, self.body = method, url, status, headers, body

    def __str__(self):
        return f"{self.method} {self.url}: {self.status} {self.body[:200].decode('utf-8', 'replace')}"

    def expect(self, *statuses):
        assert self.status in statuses, f"{self}, want {' or '.join(map(str, statuses))}"
        return self

    def json(self):
        return json.loads(self.body)

    def list(self, name):
        return [v.strip() for v in (self.headers.get(name) or "").split(",") if v.strip()]


class Api:
    def __init__(self, landing, collection, key):
        self.landing, self.key = landing.rstrip("/"), key
        self.collection = f"{self.landing}/collections/{collection}"
        self.items = self.collection + "/items"
        self.declared = set(self.call("GET", self.landing + "/conformance").expect(200).json()["conformsTo"])

    def declares(self, name):
        return CLASSES[name] in self.declared

    def call(self, method, url, body=None, media=None, **headers):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": "Bearer " + self.key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if media:
            sent["Content-Type"] = media
        where = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        try:
            connection.request(method, where.path + ("?" + where.query if where.query else ""), data, sent)
            response = connection.getresponse()
            return Answer(method, url, response.status, response.headers, response.read())
        finally:
            connection.close()

    def make(self, feature=None, **headers):
        """A new feature; its address."""
        answer = self.call("POST", self.items, feature or hut("made"), GEOJSON, **headers).expect(201)
        place = answer.headers.get("Location")
        assert place, f"{answer}: no Location"
        return urllib.parse.urljoin(answer.url, place)

    def get(self, url):
        return self.call("GET", url, Accept=GEOJSON).expect(200)

    def gone(self, url):
        self.call("GET", url, Accept=GEOJSON).expect(404)

    def ids(self):
        return [f["id"] for f in self.call("GET", self.items + "?limit=1000").expect(200).json()["features"]]

    def tagged(self, url):
        """What a request must say to change the feature at an address now."""
        tag = self.get(url).headers.get("ETag")
        return {"If_Match": tag} if tag else {}


def same(a, b, within=1e-6):
    if isinstance(a, dict) and isinstance(b, dict):
        return all(same(v, b.get(k), within) for k, v in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, within) for x, y in zip(a, b))
    number = lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)
    return abs(a - b) <= within if number(a) and number(b) else a == b


def holds(answer, feature):
    got = answer.json()
    for part in ("properties", "geometry"):
        assert same(feature[part], got[part]), f"{answer.url}: {part} {got[part]}, sent {feature[part]}"


def represents(answer):
    return answer.body.strip() != b"" and answer.json().get("type") == "Feature"


# Create/Replace/Delete


def crd_options(api):
    answer = api.call("OPTIONS", api.items).expect(200)
    assert "POST" in answer.list("Allow") and answer.list("Accept-Post"), f"{answer.headers}"
    for feature in api.ids()[:20]:
        allowed = api.call("OPTIONS", f"{api.items}/{feature}").expect(200).list("Allow")
        assert {"PUT", "DELETE"} <= set(allowed), f"{feature}: {allowed}"


def crd_create(api):
    before, feature = api.ids(), hut("created")
    answer = api.get(api.make(feature))
    holds(answer, feature)
    assert answer.json()["id"] not in before, answer


def crd_create_content_type(api):
    api.call("POST", api.items, hut("untyped")).expect(400)


def crd_replace(api):
    place, feature = api.make(hut("before", height=9)), hut("after", "store", 111.291, height=None)
    api.call("PUT", place, feature, GEOJSON, **api.tagged(place)).expect(200, 204)
    holds(api.get(place), feature)
    assert api.get(place).json()["properties"].get("height") is None, "what is left out stays"


def crd_replace_content_type(api):
    place = api.make()
    api.call("PUT", place, hut("untyped"), **api.tagged(place)).expect(400)


def crd_replace_rid(api):
    place = api.make()
    feature = {**hut("renamed"), "id": "another-id"}
    if api.call("PUT", place, feature, GEOJSON, **api.tagged(place)).status >= 400:
        return
    assert api.get(place).json()["id"] == place.rsplit("/", 1)[1]
    api.gone(api.items + "/another-id")


def crd_replace_exceptions(api):
    place = api.items + "/never-made"
    answer = api.call("PUT", place, hut("new"), GEOJSON)
    if answer.status == 404:
        api.call("PUT", place + "-2", hut("new"), GEOJSON, If_Match='"xyz"').expect(404)
        return
    answer.expect(201)
    holds(api.get(place), hut("new"))
    api.call("DELETE", place, **api.tagged(place)).expect(200, 204)
    api.call("PUT", place + "-2", hut("new"), GEOJSON, If_Match='"xyz"').expect(412)
    api.gone(place + "-2")


def crd_delete(api):
    place = api.make()
    api.call("DELETE", place, **api.tagged(place)).expect(200, 204)
    api.gone(place)


# Update


def upd_options(api):
    answer = api.call("OPTIONS", api.make()).expect(200)
    assert "PATCH" in answer.list("Allow") and answer.list("Accept-Patch"), f"{answer.headers}"


def upd_update(api):
    place = api.make(hut("patched", floors=3))
    change = {"geometry": square(111.292, 30.691), "properties": {"name": None, "owner": "Jane Doe", "height": 7.8}}
    api.call("PATCH", place, change, PATCH, **api.tagged(place)).expect(200, 204)
    wanted = hut("x", x=111.292, y=30.691, floors=3, owner="Jane Doe", height=7.8)
    wanted["properties"]["name"] = None
    holds(api.get(place), wanted)


def upd_content_type(api):
    place = api.make()
    api.call("PATCH", place, {"properties": {"name": "x"}}, **api.tagged(place)).expect(400)


def upd_rid(api):
    place = api.make()
    if api.call("PATCH", place, {"id": "another-id"}, PATCH, **api.tagged(place)).status < 400:
        assert api.get(place).json()["id"] == place.rsplit("/", 1)[1]


# Optimistic locking: by time and by tag the same three ways


def shifted(date, seconds):
    moment = email.utils.parsedate_to_datetime(date)
    return email.utils.format_datetime(moment + datetime.timedelta(seconds=seconds), usegmt=True)


def locked(api, method, header, stale, current):
    """A change is refused in a state that is not the one named, done in the one that is."""
    place = api.make()
    body, media = {"PUT": (hut("locked"), GEOJSON), "PATCH": ({"properties": {"name": "locked"}}, PATCH), "DELETE": (None, None)}[method]
    before = api.get(place)
    state = before.headers.get(current)
    assert state, f"{place}: no {current}"
    api.call(method, place, body, media, **{header: stale(state)}).expect(412)
    assert api.get(place).json()["properties"]["name"] == "made", f"{method} with a stale state changed the feature"
    done = api.call(method, place, body, media, **{header: state}).expect(200, 204)
    if method == "DELETE":
        api.gone(place)
    else:
        assert api.get(place).json()["properties"]["name"] == "locked"
        assert done.headers.get(current), f"{done}: no {current}"
        if current == "ETag":
            assert done.headers["ETag"] != state and done.headers["ETag"] == api.get(place).headers["ETag"], f"{done.headers}"
    bare = api.call(method, api.make(), body, media)
    assert bare.status in (409, 428) or bare.status < 300, bare


def by_time(method):
    return lambda api: locked(api, method, "If_Unmodified_Since", lambda state: shifted(state, -86400), "Last-Modified")


def by_tag(method):
    return lambda api: locked(api, method, "If_Match", lambda state: '"0"', "ETag")


def olt_get(api):
    for feature in api.ids()[:20]:
        email.utils.parsedate_to_datetime(api.get(f"{api.items}/{feature}").headers["Last-Modified"])


def ole_get(api):
    for feature in api.ids()[:20]:
        tag = api.get(f"{api.items}/{feature}").headers["ETag"]
        assert re.fullmatch(r'(W/)?"[^"]*"', tag), tag


# Return and handling preferences


def rrr_prefer(api):
    for prefer in ({}, {"Prefer": "return=representation"}, {"Prefer": "return=minimal"}):
        api.make(**prefer)


def preferred(api, wish):
    prefer = {"Prefer": wish} if wish else {}
    return api.call("POST", api.items, hut("preferred"), GEOJSON, Accept=GEOJSON, **prefer).expect(201, 200)


def rrr_representation(api):
    answer = preferred(api, "return=representation")
    assert represents(answer), answer
    holds(answer, hut("preferred"))


def rrr_minimal(api):
    for wish in ("return=minimal", None):
        answer = preferred(api, wish)
        assert not represents(answer), answer


def rrr_negotiation(api):
    answer = preferred(api, "return=representation")
    assert answer.headers.get_content_type() == GEOJSON, f"{answer.headers}"


def rrr_applied(api):
    answer = preferred(api, "return=representation")
    assert "return=representation" in answer.list("Preference-Applied"), f"{answer.headers}"


FAULTS = {"a required property is missing": {"use": None}, "a code is none": {"use": "castle"}, "a property is not in the schema": {"colour": "red"},
          "a text is a number": {"name": 7}, "a number is a text": {"height": "tall"}}


def faulty(change):
    feature = hut("faulty")
    feature["properties"].update(change)
    return feature


def hdl_prefer(api):
    for prefer in ({}, {"Prefer": "handling=strict"}, {"Prefer": "handling=lenient"}):
        api.make(**prefer)


def hdl_strict(api):
    before = api.ids()
    for what, change in FAULTS.items():
        answer = api.call("POST", api.items, faulty(change), GEOJSON, Prefer="handling=strict")
        assert 400 <= answer.status < 500 and answer.body, f"{what}: {answer}"
    assert api.ids() == before, "something was made nevertheless"


def hdl_lenient(api):
    for change in [{}, *FAULTS.values()]:
        plain = api.call("POST", api.items, faulty(change), GEOJSON)
        lenient = api.call("POST", api.items, faulty(change), GEOJSON, Prefer="handling=lenient")
        assert plain.status >= 300 or lenient.status < 300, lenient


def hdl_applied(api):
    answer = api.call("POST", api.items, faulty({"use": None}), GEOJSON, Prefer="handling=strict").expect(400, 422)
    assert "handling=strict" in answer.list("Preference-Applied"), f"{answer.headers}"


# Features


def feat_endpoints(api):
    collections = api.call("GET", api.landing + "/collections").expect(200).json()["collections"]
    assert [c for c in collections if c["id"] == api.collection.rsplit("/", 1)[1] and c.get("itemType", "feature") == "feature"]
    for feature in api.ids()[:20]:
        api.get(f"{api.items}/{feature}")


def feat_put_create(api):
    place = api.items + "/put-created"
    answer = api.call("PUT", place, hut("put"), GEOJSON)
    if answer.status == 404:
        raise Skipped("PUT makes no features here")
    answer.expect(201)
    assert api.get(place).json()["id"] == "put-created"
    api.call("DELETE", place, **api.tagged(place)).expect(200, 204)
    name = api.collection.rsplit("/", 1)[1]
    listed = [c for c in api.call("GET", api.landing + "/collections").json()["collections"] if c["id"] == name][0]
    for document in (listed, api.call("GET", api.collection).json()):
        assert document.get("supportsNonAutogeneratedResourceIds") is True, "the collection does not say that PUT makes features"


def feat_crs84(api):
    if api.declares("crs"):
        raise Skipped("the service takes other systems: test crs")
    holds(api.get(api.make(hut("x"))), hut("x"))


def feat_crs(api):
    if not api.declares("crs"):
        raise Skipped("the service takes CRS84 only: test crs84")
    systems = api.call("GET", api.collection).json()["crs"]
    if "#/crs" in systems:
        systems = systems + api.call("GET", api.landing + "/collections").json()["crs"]
    read = lambda place, system: api.get(place + "?crs=" + urllib.parse.quote(system, safe="")).json()["geometry"]
    first, tried = api.make(hut("here")), 0
    for system in systems:
        if "CRS84" in system or system.startswith("#"):
            continue
        answer = api.call("GET", first + "?crs=" + urllib.parse.quote(system, safe=""))
        if answer.status == 400:
            continue  # the feature lies outside of the system
        there = answer.expect(200).json()["geometry"]
        body = {**hut("there"), "geometry": there}
        second = api.make(body, Content_Crs=f"<{system}>")
        tolerance = 1e-7 if abs(there["coordinates"][0][0][0]) <= 180 else 0.02
        assert same(read(second, system), there, tolerance), f"{system}: {read(second, system)}, sent {there}"
        assert same(api.get(second).json()["geometry"], api.get(first).json()["geometry"], 2e-7), system
        tried += 1
    assert tried >= 2, f"only {tried} systems tried of {len(systems)}"
    api.call("POST", api.items, hut("nowhere"), GEOJSON, Content_Crs="<http://www.opengis.net/def/crs/EPSG/0/27700>").expect(400, 415, 422)


def feat_schema(api):
    schema = api.call("GET", api.collection + "/schema", Accept="application/schema+json").expect(200).json()
    assert schema["type"] == "object" and schema["$schema"].endswith("2020-12/schema")
    api.make(hut("by the schema"))
    extra = hut("more")
    extra["properties"]["additionalProperty"] = "additional value"
    answer = api.call("POST", api.items, extra, GEOJSON)
    refused = schema.get("additionalProperties") is False
    assert (answer.status >= 400) == refused, f"additionalProperties {schema.get('additionalProperties')}: {answer}"
    for name, p in schema["properties"].items():
        if p.get("readOnly") and p.get("x-ogc-role") != "id":
            feature = hut("read only")
            feature["properties"][name] = "2020-01-01T00:00:00Z" if p.get("format") == "date-time" else "x"
            assert api.call("POST", api.items, feature, GEOJSON).status >= 400, f"{name} may be read only"


def feat_geojson(api):
    place, feature = api.make(), {**hut("moved", x=111.293), "id": "another-id"}
    if api.call("PUT", place, feature, GEOJSON, **api.tagged(place)).status < 400:
        assert api.get(place).json()["id"] == place.rsplit("/", 1)[1]
        holds(api.get(place), feature)


def feat_merge_patch(api):
    if PATCH not in api.call("OPTIONS", api.make()).list("Accept-Patch"):
        raise Skipped("JSON Merge Patch is not taken")
    upd_update(api)
    place = api.make()
    answer = api.call("PATCH", place, {"id": "another-id"}, PATCH, **api.tagged(place))
    assert 400 <= answer.status < 500, answer


def only_with(name):
    def test(api):
        raise Skipped("not offered") if not api.declares(name) else AssertionError(f"declared, and not tested here: {name}")
    return test


TESTS = [
    ("create-replace-delete", "options", crd_options), ("create-replace-delete", "create", crd_create),
    ("create-replace-delete", "create-content-type", crd_create_content_type), ("create-replace-delete", "replace", crd_replace),
    ("create-replace-delete", "replace-content-type", crd_replace_content_type), ("create-replace-delete", "replace-rid", crd_replace_rid),
    ("create-replace-delete", "replace-exceptions", crd_replace_exceptions), ("create-replace-delete", "delete", crd_delete),
    ("update", "options", upd_options), ("update", "update", upd_update), ("update", "update-content-type", upd_content_type), ("update", "update-rid", upd_rid),
    ("optimistic-locking-timestamps", "get-last-modified", olt_get), ("optimistic-locking-timestamps", "replace", by_time("PUT")),
    ("optimistic-locking-timestamps", "update", by_time("PATCH")), ("optimistic-locking-timestamps", "delete", by_time("DELETE")),
    ("optimistic-locking-etags", "get-etag", ole_get), ("optimistic-locking-etags", "replace", by_tag("PUT")),
    ("optimistic-locking-etags", "update", by_tag("PATCH")), ("optimistic-locking-etags", "delete", by_tag("DELETE")),
    ("return-resource-representation-in-response", "prefer", rrr_prefer), ("return-resource-representation-in-response", "representation", rrr_representation),
    ("return-resource-representation-in-response", "minimal", rrr_minimal), ("return-resource-representation-in-response", "content-negotiation", rrr_negotiation),
    ("return-resource-representation-in-response", "preference-applied", rrr_applied),
    ("handling", "prefer", hdl_prefer), ("handling", "strict", hdl_strict), ("handling", "lenient", hdl_lenient), ("handling", "preference-applied", hdl_applied),
    ("features", "endpoints", feat_endpoints), ("features", "put-create", feat_put_create), ("features", "crs84", feat_crs84), ("features", "crs", feat_crs),
    ("features", "gml-srsname", only_with("gml")), ("features", "schema", feat_schema), ("features", "geojson", feat_geojson),
    ("features", "json-merge-patch", feat_merge_patch), ("features", "jsonfg", only_with("json-fg")), ("features", "gml", only_with("gml")),
]


def run(landing, collection, key):
    api, counts = Api(landing, collection, key), {"passed": 0, "failed": 0, "skipped": 0}
    for name, test, function in TESTS:
        try:
            if not api.declares(name):
                raise Skipped("the class is not declared")
            function(api)
            counts["passed"] += 1
        except Skipped as e:
            counts["skipped"] += 1
            print(f"  skipped /conf/{name}/{test}: {e}")
        except Exception as e:  # a test that breaks has failed
            counts["failed"] += 1
            print(f"  FAILED /conf/{name}/{test}: {type(e).__name__}: {e}"[:600])
    print(counts["passed"], counts["failed"], counts["skipped"])


def main(args):
    if args[:1] == ["schema"]:
        print(json.dumps(SCHEMA))
    elif args[:1] == ["data"]:
        features = [{"id": f"H.{i}", **hut(f"Hut {i}", x=111.28 + i / 1000)} for i in (1, 2, 3)]
        print(json.dumps({"type": "FeatureCollection", "features": features}))
    elif args[:1] == ["run"] and len(args) == 4:
        run(*args[1:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
