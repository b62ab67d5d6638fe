"""Prints the JSON schemas of classes of OCSF 1.8.0, by the uid of the class: ocsf.py 2003 2008."""

import json
import sys

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
found = {}
for uid in sys.argv[1:]:
    name = schemas.lookup_class_name_from_uid(int(uid))
    found[uid] = schemas.get_class_schema(name, ["cloud"])
json.dump(found, sys.stdout)
