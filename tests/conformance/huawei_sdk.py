"""Reads the simulated Huawei Cloud through Huawei's own SDK and compares every listing with the truth.

In: the `simulate` binary, or the line of JSON that a running one printed. Out: `N listings agree`, or the first
difference and exit code 1. Signatures, requests and models are the SDK's; the only thing written here is the loop over
pages, for which the SDK has nothing.
"""

import argparse
import json
import re
import subprocess
import sys
import urllib.request
from datetime import datetime

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, SdkException
from huaweicloudsdkeps import v1 as eps
from huaweicloudsdkiam import v3, v5
from huaweicloudsdkorganizations import v1 as organizations
from huaweicloudsdksts import v1 as sts

# List of the truth, operation, where its things are.
CURRENT = [
    ("users", "ListUsersV5", "users"),
    ("mfa_devices", "ListMfaDevicesV5", "mfa_devices"),
    ("groups", "ListGroupsV5", "groups"),
    ("groups_summary", "ShowGroupSummary", "groups"),
    ("policies", "ListPoliciesV5", "policies"),
    ("agencies", "ListAgenciesV5", "agencies"),
    ("saml_providers", "ListSAMLProvidersV5", "saml_providers"),
    ("oidc_providers", "ListOIDCProvidersV5", "oidc_providers"),
    ("service_principals", "ListServicePrincipalsV5", "service_principals"),
    ("registered_services", "ListRegisteredServicesForAuthSchemaV5", "service_codes"),
    ("password_policy", "ShowPasswordPolicyV5", "password_policy"),
    ("login_policy", "ShowLoginPolicyV5", "login_policy"),
    ("account_summary", "GetAccountSummaryV5", None),
    ("asymmetric_signature", "GetAsymmetricSignatureSwitchV5", "asymmetric_signature"),
]
# What a list of the truth begins with, operation, where its things are, the parameter that names the parent.
CURRENT_OF = [
    ("user", "ShowUserV5", "user", "user_id"),
    ("user_tags", "ListResourceTagsV5", "tags", "resource_id"),
    ("user_policies", "ListAttachedUserPoliciesV5", "attached_policies", "user_id"),
    ("access_keys", "ListAccessKeysV5", "access_keys", "user_id"),
    ("login_profile", "ShowLoginProfileV5", "login_profile", "user_id"),
    ("last_login", "ShowUserLastLoginV5", "user_last_login", "user_id"),
    ("access_key_last_used", "ShowAccessKeyLastUsedV5", "access_key_last_used", "access_key_id"),
    ("group_users", "ListUsersV5", "users", "group_id"),
    ("group_policies", "ListAttachedGroupPoliciesV5", "attached_policies", "group_id"),
    ("policy_versions", "ListPolicyVersionsV5", "versions", "policy_id"),
    ("policy_users", "ListEntitiesForPolicyV5", "policy_users", "policy_id"),
    ("policy_groups", "ListEntitiesForPolicyV5", "policy_groups", "policy_id"),
    ("policy_agencies", "ListEntitiesForPolicyV5", "policy_agencies", "policy_id"),
    ("agency", "GetAgencyV5", "agency", "agency_id"),
    ("agency_tags", "ListResourceTagsV5", "tags", "resource_id"),
    ("agency_policies", "ListAttachedAgencyPoliciesV5", "attached_policies", "agency_id"),
    ("saml_provider", "ShowSAMLProviderV5", "saml_provider", "provider_id"),
    ("oidc_provider", "ShowOIDCProviderV5", "oidc_provider", "provider_id"),
    ("features", "GetFeatureStatusV5", None, "feature_name"),
    ("authorization_schemas", "GetAuthorizationSchemaV5", None, "service_code"),
]
CLASSIC = [
    ("v3_domains", "KeystoneListAuthDomains", "domains"),
    ("v3_regions", "KeystoneListRegions", "regions"),
    ("v3_projects", "KeystoneListProjects", "projects"),
    ("v3_users/enabled", "KeystoneListUsers", "users"),
    ("v3_users/disabled", "KeystoneListUsers", "users"),
    ("v3_login_protects", "ListUserLoginProtects", "login_protects"),
    ("v3_virtual_mfa_devices", "ListUserMfaDevices", "virtual_mfa_devices"),
    ("v3_credentials", "ListPermanentAccessKeys", "credentials"),
    ("v3_groups", "KeystoneListGroups", "groups"),
    ("v3_agencies", "ListAgencies", "agencies"),
    ("v3_roles", "KeystoneListPermissions", "roles"),
    ("v3_custom_roles", "KeystoneListPermissions", "roles"),
    ("v3_identity_providers", "KeystoneListIdentityProviders", "identity_providers"),
    ("v3_mappings", "KeystoneListMappings", "mappings"),
    ("v3_password_policy", "ShowDomainPasswordPolicy", "password_policy"),
    ("v3_login_policy", "ShowDomainLoginPolicy", "login_policy"),
    ("v3_protect_policy", "ShowDomainProtectPolicy", "protect_policy"),
    ("v3_api_acl_policy", "ShowDomainApiAclPolicy", "api_acl_policy"),
    ("v3_console_acl_policy", "ShowDomainConsoleAclPolicy", "console_acl_policy"),
    ("v3_quotas", "ShowDomainQuota", "quotas.resources"),
    ("v3_role_assignments/domain", "ShowDomainRoleAssignments", "role_assignments"),
    ("v3_role_assignments/inherited", "ShowDomainRoleAssignments", "role_assignments"),
    ("v3_role_assignments/project", "ShowDomainRoleAssignments", "role_assignments"),
    ("v3_role_assignments/enterprise_project", "ShowDomainRoleAssignments", "role_assignments"),
]
CLASSIC_OF = [
    ("v3_user", "ShowUser", "user", "user_id"),
    ("v3_listed_user", "KeystoneShowUser", "user", "user_id"),
    ("v3_mfa_device", "ShowUserMfaDevice", "virtual_mfa_device", "user_id"),
    ("v3_protocols", "KeystoneListProtocols", "protocols", "idp_id"),
    ("v3_openid_connect", "ShowOpenIdConnectConfig", "openid_connect_config", "idp_id"),
]
ORGANIZATION = [
    ("organization", "ShowOrganization", "organization"),
    ("organization_roots", "ListRoots", "roots"),
    ("organization_units", "ListOrganizationalUnits", "organizational_units"),
    ("organization_accounts", "ListAccounts", "accounts"),
    ("organization_policies", "ListPolicies", "policies"),
    ("organization_administrators", "ListDelegatedAdministrators", "delegated_administrators"),
    ("organization_trusted_services", "ListTrustedServices", "trusted_services"),
    ("organization_quotas", "ListQuotas", "quotas.resources"),
]
ORGANIZATION_OF = [
    ("organization_entities", "ListEntities", "entities", "parent_id"),
    ("organization_policy", "ShowPolicy", "policy", "policy_id"),
    ("organization_policy_entities", "ListEntitiesForPolicy", "attached_entities", "policy_id"),
    ("organization_delegated_services", "ListDelegatedServices", "delegated_services", "account_id"),
    ("organization_tags", "ListTagsForResource", "tags", "resource_id"),
]
ENTERPRISE_PROJECTS = [("eps_projects", "ListEnterpriseProject", "enterprise_projects")]
SERVICES = [
    (v5, CURRENT, CURRENT_OF),
    (v3, CLASSIC, CLASSIC_OF),
    (organizations, ORGANIZATION, ORGANIZATION_OF),
    (eps, ENTERPRISE_PROJECTS, []),
]
# What some lists are asked beside.
MORE = {
    "policies": {"x_language": "en-us"},
    "service_principals": {"x_language": "en-us"},
    "user_tags": {"resource_type": "user"},
    "agency_tags": {"resource_type": "agency"},
    "policy_users": {"entity_type": "user"},
    "policy_groups": {"entity_type": "group"},
    "policy_agencies": {"entity_type": "agency"},
    "v3_users/enabled": {"enabled": True},
    "v3_users/disabled": {"enabled": False},
    "v3_role_assignments/domain": {"scope": "domain", "is_inherited": False},
    "v3_role_assignments/inherited": {"scope": "domain", "is_inherited": True},
    "v3_role_assignments/project": {"scope": "project"},
    "v3_role_assignments/enterprise_project": {"scope": "enterprise_project"},
}
# Here the account's id asks another question.
WITHOUT_ACCOUNT = {"v3_roles"}
# The root is below nothing, which cannot be asked for; the list of roots has it.
UNASKED = {"organization_entities/"}


class Difference(Exception):
    """The SDK read something else than the simulator holds."""


class Reader:
    """Every listing, as the SDK gives it."""

    def __init__(self, simulator, page, keys):
        self.account = simulator["account_id"]
        self.page = page
        self.models = {}
        hosts = simulator["endpoints"]
        clients = {
            v5: (v5.IamClient, "iam"),
            v3: (v3.IamClient, "iam"),
            organizations: (organizations.OrganizationsClient, "organizations"),
            eps: (eps.EpsClient, "eps"),
        }
        self.clients = {}
        for version, (client, host) in clients.items():
            # The SDK finds the account's id by itself, with a call that is signed like all others.
            credentials = GlobalCredentials(keys["access_key"], keys["secret_key"]).with_iam_endpoint(hosts["iam"])
            if "security_token" in keys:
                credentials.with_security_token(keys["security_token"])
            self.clients[version] = (
                client.new_builder().with_credentials(credentials).with_endpoint(hosts[host]).build()
            )

    def call(self, version, operation, parameters):
        request = getattr(version, operation + "Request")(**parameters)
        method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()
        return getattr(self.clients[version], method)(request)

    def read(self, version, name, operation, where, parameters):
        """All things of a list, page by page if it has any; one object is a list of one."""
        known = getattr(version, operation + "Request").attribute_map
        parameters = parameters | MORE.get(name, {})
        if version is v3 and "domain_id" in known and name not in WITHOUT_ACCOUNT:
            parameters["domain_id"] = self.account
        if "marker" in known:
            return self.by_marker(version, operation, where, parameters)
        if "per_page" in known:
            return self.by_number(version, operation, where, parameters)
        if "offset" in known:
            return self.by_offset(version, operation, where, parameters)
        try:
            return things(self.call(version, operation, parameters), where)
        except ClientRequestException as refusal:
            if refusal.status_code == 404:
                return []
            raise

    def by_marker(self, version, operation, where, parameters):
        found, seen, marker = [], set(), None
        while True:
            answer = self.call(version, operation, parameters | {"limit": self.page, "marker": marker})
            page = things(answer, where)
            # Three lists share a page of entities, and only one was asked for.
            if answer.page_info.current_count != len(page):
                raise Difference(f"{operation}: a page counts {answer.page_info.current_count}, not {len(page)}")
            found += page
            marker = answer.page_info.next_marker
            if marker is None:
                return found
            if marker in seen:
                raise Difference(f"{operation}: the marker {marker} came twice")
            seen.add(marker)

    def by_number(self, version, operation, where, parameters):
        found, number = [], 1
        while True:
            answer = self.call(version, operation, parameters | {"page": number, "per_page": self.page})
            page = things(answer, where)
            found += page
            if len(page) < self.page:
                return found
            number += 1


    def by_offset(self, version, operation, where, parameters):
        found = []
        while True:
            answer = self.call(version, operation, parameters | {"offset": len(found), "limit": self.page})
            found += things(answer, where)
            if len(found) >= answer.total_count:
                return found


def lent(simulator):
    """Keys that an agency lends to somebody from another account."""
    outsider = simulator["outsider"]
    credentials = BasicCredentials(outsider["access_key"], outsider["secret_key"], simulator["account_id"])
    builder = sts.StsClient.new_builder().with_credentials(credentials)
    client = builder.with_endpoint(simulator["endpoints"]["sts"]).build()
    wish = sts.AssumeAgencyReqBody(
        agency_urn=outsider["agency_urn"],
        agency_session_name="conformance",
        duration_seconds=900,
        external_id=outsider["external_id"],
    )
    answer = client.assume_agency(sts.AssumeAgencyRequest(body=wish))
    if client.get_caller_identity(sts.GetCallerIdentityRequest()).account_id == simulator["account_id"]:
        raise Difference("the outsider is of the account")
    given = answer.credentials
    return {
        "access_key": given.access_key_id,
        "secret_key": given.secret_access_key,
        "security_token": given.security_token,
    }


def things(answer, where):
    """What an answer holds under a dotted name: a list, or one thing as a list of one."""
    for name in (where or "").split("."):
        answer = getattr(answer, name) if name else answer
    if where is None:
        return [answer]
    return answer if isinstance(answer, list) else [answer]


def difference(read, held, path=""):
    """Says where a thing of the SDK and a thing of the simulator differ; null and absent are one."""
    if isinstance(read, datetime):
        same = isinstance(held, str) and read == datetime.fromisoformat(held.replace("Z", "+00:00"))
        return None if same else f"{path}: the SDK read {read}, the simulator holds {held!r}"
    if hasattr(read, "openapi_types"):
        # An enumeration is a model without members around a text.
        if not read.openapi_types and hasattr(read, "value"):
            return difference(read.value, held, path)
        names = read.attribute_map
        read = {names[name]: getattr(read, name) for name in read.openapi_types}
    if isinstance(read, dict) and isinstance(held, dict):
        for name in sorted(read.keys() | held.keys()):
            found = difference(read.get(name), held.get(name), f"{path}/{name}")
            if found:
                return found
        return None
    if isinstance(read, list) and isinstance(held, list) and len(read) == len(held):
        pairs = enumerate(zip(read, held))
        return next((found for at, pair in pairs if (found := difference(*pair, f"{path}/{at}"))), None)
    return None if read == held else f"{path}: the SDK read {read!r}, the simulator holds {held!r}"


def compare(name, read, truth):
    """Raises at the first thing that is missing, foreign, or different; the order counts too."""
    if len(read) != len(truth):
        raise Difference(f"{name}: the SDK read {len(read)} things, the simulator holds {len(truth)}")
    for at, (seen, held) in enumerate(zip(read, truth)):
        found = difference(seen, held)
        if found:
            raise Difference(f"{name}: thing {at}: {found}")


def compare_all(simulator, page):
    """Compares every list of the truth and gives their number."""
    with urllib.request.urlopen(simulator["control"] + "/truth") as answer:
        truth = json.load(answer)
    reader = Reader(simulator, page, simulator)
    owners = {
        key["access_key_id"]: name.split("/", 1)[1]
        for name, keys in truth.items()
        if name.startswith("access_keys/")
        for key in keys
    }
    unread = set(truth) - UNASKED
    for version, whole, per_parent in SERVICES:
        for name, operation, where in whole:
            # An account outside any organization has none of it.
            if name not in truth:
                continue
            compare(name, reader.read(version, name, operation, where, {}), truth[name])
            unread.discard(name)
        for kind, operation, where, parameter in per_parent:
            for name in sorted(each for each in unread if each.startswith(kind + "/")):
                parent = name.split("/", 1)[1]
                parameters = {parameter: parent}
                if kind == "access_key_last_used":
                    parameters["user_id"] = owners[parent]
                compare(name, reader.read(version, kind, operation, where, parameters), truth[name])
                unread.discard(name)
    if unread:
        raise Difference(f"no call of the SDK read these lists: {sorted(unread)[:5]}")
    for keys in (simulator["temporary"], lent(simulator)):
        temporary = Reader(simulator, page, keys)
        compare("users, with temporary keys", temporary.read(v5, "users", "ListUsersV5", "users", {}), truth["users"])
    return len(truth) - len(UNASKED & set(truth)) + 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulate", help="path of the simulate binary")
    parser.add_argument("--running", help="the JSON line of a simulator that already runs")
    parser.add_argument("--size", default="dozen")
    parser.add_argument("--page", type=int, default=7, help="page size, odd and small so that every list has pages")
    asked = parser.parse_args()
    if bool(asked.simulate) == bool(asked.running):
        parser.error("give either --simulate or --running")
    process = None
    if asked.simulate:
        command = [asked.simulate, "huawei", "--size", asked.size]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process else asked.running
        if not line.strip():
            raise Difference("the simulator ended before it said where it listens")
        count = compare_all(json.loads(line), asked.page)
    except (Difference, SdkException) as difference:
        print(f"huawei, {asked.size}: {difference}", file=sys.stderr)
        return 1
    finally:
        if process:
            process.stdin.close()
            process.wait(timeout=10)
    print(f"huawei, {asked.size}: {count} listings agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
