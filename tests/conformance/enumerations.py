"""Holds every enumerated value that an audit sends, and the members that are known, against the clouds' own SDKs.

In: the `simulate` and the `iamwatch` binary. Out: `N values of M parameters are known to the SDKs`, or the first that is
not and exit code 1. What is sent is taken from the calls that the simulator noted, so that a value that is new in the
collector is looked up as well; a parameter that nothing here knows is a failure.
"""

import argparse
import importlib
import inspect
import json
import os
import pathlib
import pkgutil
import re
import subprocess
import sys
import tempfile
import urllib.request
from urllib.parse import parse_qsl, urlsplit

from huaweicloudsdkiam import v3, v5
from ibm_platform_services import (
    iam_access_groups_v2 as groups,
    iam_identity_v1 as identity,
    iam_policy_management_v1 as policy,
    resource_controller_v2 as controller,
)

# The end of a path, a parameter, and the SDK's enumeration, or what of the SDK documents the values in its text.
ENUMERATED = {
    "ibm": [
        ("/v1/apikeys", "scope", identity.ListApiKeysEnums.Scope),
        ("/v1/apikeys", "type", identity.ListApiKeysEnums.Type),
        ("/members", "membership_type", groups.IamAccessGroupsV2.list_access_group_members),
        ("/v1/policies", "type", policy.ListPoliciesEnums.Type),
        ("/v1/policies", "format", policy.ListPoliciesEnums.Format),
        ("/v2/policies", "format", policy.ListV2PoliciesEnums.Format),
        ("/v2/resource_instances", "state", controller.ListResourceInstancesEnums.State),
    ],
    "huawei": [
        ("/v5/policies", "policy_type", v5.ListPoliciesV5Request),
        ("/role-assignments", "scope", v3.ShowDomainRoleAssignmentsRequest),
    ],
}
SWITCHES = {
    "enabled",
    "hide_public_access",
    "include_settings",
    "is_inherited",
    "only_attached",
    "show_crn",
    "show_federated",
    "show_group_id",
}
# Ids, names, sizes and places: of these there is no list.
OPEN = {
    "_start", "account_id", "domain_id", "group_id", "limit", "marker", "offset", "page", "pagesize", "pagetoken", "parent_id",
    "per_page", "service_name", "start",
}


class Unknown(Exception):
    """A value or a parameter that no SDK has."""


def is_known(values, value):
    """Whether an enumeration has a value, or a text of the SDK names it."""
    if hasattr(values, "__members__"):
        return value in {each.value for each in values}
    return re.search(rf"\b{re.escape(value)}\b", inspect.getsource(values)) is not None


def check(cloud, path, parameter, value):
    """Refuses a value that the SDK does not have; gives whether it is an enumerated one."""
    if parameter in OPEN:
        return False
    if parameter in SWITCHES:
        if value not in ("true", "false"):
            raise Unknown(f"{cloud}: {path}: `{parameter}={value}` is no truth value")
        return False
    for end, name, values in ENUMERATED[cloud]:
        if path.endswith(end) and name == parameter:
            if not is_known(values, value):
                raise Unknown(f"{cloud}: {path}: `{parameter}={value}` is not in {getattr(values, '__qualname__', values)}")
            return True
    raise Unknown(f"{cloud}: {path}: nothing is known of the parameter `{parameter}`")


def audit(iamwatch, cloud, simulator, folder):
    """Audits the simulated account once."""
    keys = {
        "ibm": {"IBM_API_KEY": simulator.get("api_key", "")},
        "huawei": {
            "HUAWEI_ACCESS_KEY": simulator.get("access_key", ""),
            "HUAWEI_SECRET_KEY": simulator.get("secret_key", ""),
        },
    }[cloud]
    names = ", ".join(f'{name.split("_", 1)[1].lower()} = "env:{name}"' for name in keys)
    lines = [f'store = "{folder}/store"', "[[account]]", f'cloud = "{cloud}"', f"credentials = {{ {names} }}"]
    lines += ["[account.endpoints]", *(f'{name} = "{url}"' for name, url in simulator["endpoints"].items())]
    settings = os.path.join(folder, "iamwatch.toml")
    with open(settings, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    run = subprocess.run(
        [iamwatch, "audit", "--config", settings], env={**os.environ, **keys}, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise Unknown(f"{cloud}: the audit failed: {run.stderr.strip() or run.stdout.strip()}")


def check_cloud(asked, cloud):
    """Audits one cloud and checks all that was sent; gives the enumerated parameters with their values."""
    process = subprocess.Popen(
        [asked.simulate, cloud, "--size", "dozen"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        simulator = json.loads(process.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            audit(asked.iamwatch, cloud, simulator, folder)
        with urllib.request.urlopen(simulator["control"] + "/calls") as answer:
            calls = json.load(answer)
        found = set()
        for call in calls["log"]:
            address = urlsplit(call["path_and_query"])
            for parameter, value in parse_qsl(address.query, keep_blank_values=True):
                if call["method"] == "GET" and check(cloud, address.path, parameter, value):
                    found.add((re.sub(r"[^/]*[0-9][^/]{7,}", "…", address.path), parameter, value))
        return found
    finally:
        process.stdin.close()
        process.wait(timeout=10)


def members():
    """Names of all members that the SDKs' models of the lists that are read have."""
    names = set()
    for module in (
        "iam_identity_v1", "iam_access_groups_v2", "iam_policy_management_v1", "user_management_v1",
        "resource_controller_v2", "resource_manager_v2", "context_based_restrictions_v1",
    ):
        source = inspect.getsource(importlib.import_module(f"ibm_platform_services.{module}"))
        names |= set(re.findall(r"_dict(?:\.get\(|\[)'([^']+)'", source))
    for package in ("iam.v3", "iam.v5", "organizations.v1", "eps.v1"):
        models = importlib.import_module(f"huaweicloudsdk{package}.model")
        for found in pkgutil.iter_modules(models.__path__):
            module = importlib.import_module(f"{models.__name__}.{found.name}")
            maps = (getattr(model, "attribute_map", {}) for _, model in inspect.getmembers(module, inspect.isclass))
            names |= {name for each in maps for name in each.values()}
    return names


def check_members():
    """Refuses a member of the SDKs that the list of known members lacks; gives how many there are."""
    file = pathlib.Path(__file__).parents[2] / "shared" / "model" / "src" / "members" / "known.txt"
    known = set(file.read_text(encoding="utf-8").split())
    wanted = members()
    if unknown := sorted(wanted - known):
        raise Unknown(f"{file.name} lacks {len(unknown)} members of the SDKs: {', '.join(unknown)}")
    return len(wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("simulate", help="path of the simulate binary")
    parser.add_argument("iamwatch", help="path of the iamwatch binary")
    asked = parser.parse_args()
    try:
        described = check_members()
        found = {cloud: check_cloud(asked, cloud) for cloud in ENUMERATED}
        for cloud, values in found.items():
            sent = {(end, name) for path, name, _ in values for end, known, _ in ENUMERATED[cloud] if known == name and path.endswith(end)}
            unsent = [(end, name) for end, name, _ in ENUMERATED[cloud] if (end, name) not in sent]
            if unsent:
                raise Unknown(f"{cloud}: the audit no longer sends {unsent}")
    except Unknown as unknown:
        print(unknown, file=sys.stderr)
        return 1
    values = [value for each in found.values() for value in each]
    print(f"{len(values)} values of {sum(map(len, ENUMERATED.values()))} parameters are known to the SDKs")
    print(f"{described} members of the SDKs are known")
    return 0


if __name__ == "__main__":
    sys.exit(main())
