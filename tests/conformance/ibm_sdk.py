"""Reads the simulated IBM Cloud through IBM's own SDK and compares every listing with the truth.

In: the `simulate` binary, or the line of JSON that a running one printed. Out: `N listings agree`, or the
first difference and exit code 1. Sign-in, paging and models are the SDK's; the only things written here are
the loops that IBM documents where the SDK has no pager.
"""

import argparse
import json
import subprocess
import sys
import urllib.request
from urllib.parse import parse_qs, urlparse

from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import (
    account_management_v4 as accounts,
    context_based_restrictions_v1 as cbr,
    enterprise_management_v1 as enterprise,
    iam_access_groups_v2 as groups,
    iam_identity_v1 as identity,
    iam_policy_management_v1 as policy,
    resource_controller_v2 as controller,
    resource_manager_v2 as manager,
    user_management_v1 as users,
)

INSTANCE_STATES = [
    "active",
    "provisioning",
    "inactive",
    "failed",
    "pending_reclamation",
    "pre_provisioning",
    "removed",
]


class Difference(Exception):
    """The SDK read something else than the simulator holds."""


class Reader:
    """Every listing of one account, as the SDK gives it."""

    def __init__(self, simulator, page):
        self.account = simulator["account_id"]
        self.page = page
        hosts = simulator["endpoints"]
        authenticator = IAMAuthenticator(simulator["api_key"], url=hosts["iam"])

        def client(service, url):
            made = service(authenticator=authenticator)
            made.set_service_url(url)
            return made

        self.identity = client(identity.IamIdentityV1, hosts["iam"])
        self.groups = client(groups.IamAccessGroupsV2, hosts["iam"])
        self.policy = client(policy.IamPolicyManagementV1, hosts["iam"])
        self.users = client(users.UserManagementV1, hosts["user_management"])
        self.accounts = client(accounts.AccountManagementV4, hosts["accounts"])
        self.controller = client(controller.ResourceControllerV2, hosts["resource_controller"])
        self.manager = client(manager.ResourceManagerV2, hosts["resource_controller"])
        self.cbr = client(cbr.ContextBasedRestrictionsV1, hosts["cbr"])
        self.enterprise = client(enterprise.EnterpriseManagementV1, hosts["enterprise"] + "/v1")

    def listings(self):
        """Yields (name in the truth, objects, model of one object)."""
        yield from self.people()
        yield from self.machines()
        yield from self.access()
        yield from self.surroundings()

    def people(self):
        yield "account", [self.accounts.get_account(self.account).get_result()], accounts.AccountResponse
        listed = users.UsersPager(client=self.users, account_id=self.account, limit=self.page).get_all()
        yield "users", listed, users.UserProfile
        for user in listed:
            settings = self.users.get_user_settings(self.account, user["iam_id"]).get_result()
            yield f"user_settings/{user['iam_id']}", [settings], users.UserSettings
        found = groups.AccessGroupsPager(
            client=self.groups, account_id=self.account, limit=self.page, show_federated=True, show_crn=True
        ).get_all()
        yield "groups", found, groups.Group
        for group in found:
            members = groups.AccessGroupMembersPager(
                client=self.groups,
                access_group_id=group["id"],
                membership_type="all",
                verbose=True,
                limit=self.page,
            ).get_all()
            yield f"group_members/{group['id']}", members, groups.ListGroupMembersResponseMember
            rules = self.groups.list_access_group_rules(group["id"]).get_result()["rules"]
            yield f"group_rules/{group['id']}", rules, groups.Rule
        settings = self.groups.get_account_settings(self.account).get_result()
        yield "group_settings", [settings], groups.AccountSettings

    def machines(self):
        parents = self.identity.list_service_id_group(account_id=self.account).get_result()["serviceid_groups"]
        yield "service_id_groups", parents, identity.ServiceIdGroup
        in_groups = [None] + [parent["id"] for parent in parents]
        listed = []
        for group in in_groups:
            listed += self.by_token(
                self.identity.list_service_ids, "serviceids", group_id=group, show_group_id=True
            )
        yield "service_ids", listed, identity.ServiceId
        keys = self.by_token(self.identity.list_api_keys, "apikeys", scope="account", type="user")
        for group in in_groups:
            keys += self.by_token(
                self.identity.list_api_keys, "apikeys", scope="account", type="serviceid", group_id=group
            )
        yield "api_keys", keys, identity.ApiKey
        profiles = self.by_token(self.identity.list_profiles, "profiles")
        yield "profiles", profiles, identity.TrustedProfile
        for profile in (profile["id"] for profile in profiles):
            rules = self.identity.list_claim_rules(profile).get_result()["rules"]
            yield f"profile_rules/{profile}", rules, identity.ProfileClaimRule
            links = self.identity.list_links(profile).get_result()["links"]
            yield f"profile_links/{profile}", links, identity.ProfileLink
            trusted = self.identity.get_profile_identities(profile).get_result()["identities"]
            yield f"profile_identities/{profile}", trusted, identity.ProfileIdentityResponse

    def by_token(self, listing, name, **parameters):
        """The loop of family A, for which the SDK has no pager: `next` is a URL, or an object that holds one."""
        found, token, seen = [], None, set()
        while True:
            answer = listing(
                account_id=self.account, pagesize=self.page, pagetoken=token, **parameters
            ).get_result()
            found += answer[name]
            link = answer.get("next")
            link = link["href"] if isinstance(link, dict) else link
            if not link:
                return found
            token = parse_qs(urlparse(link).query)["pagetoken"][0]
            if token in seen:
                raise Difference(f"{name}: the token {token} came twice")
            seen.add(token)

    def access(self):
        options = {"client": self.policy, "account_id": self.account, "format": "include_last_permit"}
        options["limit"] = self.page
        yield "policies_v2", policy.V2PoliciesPager(**options).get_all(), policy.V2PolicyTemplateMetaData
        yield "policies_v1", policy.PoliciesPager(**options).get_all(), policy.PolicyTemplateMetaData
        authorizations = policy.PoliciesPager(**options, type="authorization").get_all()
        yield "policies_v1_authorization", authorizations, policy.PolicyTemplateMetaData
        roles = self.policy.list_roles(account_id=self.account).get_result()
        yield "custom_roles", roles["custom_roles"], policy.CustomRole
        yield "system_roles", roles["system_roles"], policy.Role
        for service in self.services:
            roles = self.policy.list_roles(account_id=self.account, service_name=service).get_result()
            yield f"service_roles/{service}", roles["service_roles"], policy.Role
            yield f"system_roles/{service}", roles["system_roles"], policy.Role
        settings = self.policy.get_settings(self.account).get_result()
        yield "access_settings", [settings], policy.AccountSettingsAccessManagement

    def surroundings(self):
        settings = self.identity.get_account_settings(self.account, resolve_user_mfa=True).get_result()
        yield "identity_settings", [settings], identity.AccountSettingsResponse
        effective = self.unless_missing(
            self.identity.get_effective_account_settings, account_id=self.account, resolve_user_mfa=True
        )
        yield "effective_settings", effective, identity.EffectiveAccountSettingsResponse
        report = self.unless_missing(self.identity.get_report, account_id=self.account, reference="latest")
        yield "inactivity", report, identity.Report
        listed = self.manager.list_resource_groups(account_id=self.account).get_result()["resources"]
        yield "resource_groups", listed, manager.ResourceGroup
        instances = []
        for state in INSTANCE_STATES:
            instances += controller.ResourceInstancesPager(
                client=self.controller, state=state, limit=self.page
            ).get_all()
        yield "instances", instances, controller.ResourceInstance
        zones = self.cbr.list_zones(self.account).get_result()["zones"]
        for zone in zones:
            cbr.ZoneSummary.from_dict(zone)
        yield "zones", [self.cbr.get_zone(zone["id"]).get_result() for zone in zones], cbr.Zone
        yield "restrictions", self.cbr.list_rules(self.account).get_result()["rules"], cbr.Rule
        settings = self.cbr.get_account_settings(self.account).get_result()
        yield "restriction_settings", [settings], cbr.AccountSettings

    @staticmethod
    def unless_missing(call, **parameters):
        """One object, or nothing where the cloud says that there is none."""
        try:
            return [call(**parameters).get_result()]
        except ApiException as refusal:
            if refusal.code == 404:
                return []
            raise

    def beyond_the_truth(self, truth):
        """What the truth does not list by itself: defaults, merged settings, an empty enterprise."""
        usual = controller.ResourceInstancesPager(client=self.controller, limit=self.page).get_all()
        living = [one for one in truth["instances"] if one["state"] in ("active", "provisioning")]
        compare("instances without a state", usual, living)
        merged = users.UsersPager(
            client=self.users, account_id=self.account, limit=self.page, include_settings=True
        ).get_all()
        wanted = [user | truth[f"user_settings/{user['iam_id']}"][0] for user in truth["users"]]
        compare("users with settings", merged, wanted)
        for pager in (enterprise.EnterprisesPager, enterprise.AccountsPager, enterprise.AccountGroupsPager):
            compare(pager.__name__, pager(client=self.enterprise, limit=self.page).get_all(), [])
        return 5


def identifier(thing):
    """What tells one object of a list from its siblings."""
    for member in ("id", "iam_id", "crn"):
        if isinstance(thing, dict) and thing.get(member):
            return str(thing[member])
    return json.dumps(thing, sort_keys=True)


def compare(name, read, truth):
    """Raises at the first object that is missing, foreign, repeated or different."""
    by_id = sorted(read, key=lambda thing: (identifier(thing), json.dumps(thing, sort_keys=True)))
    wanted = sorted(truth, key=lambda thing: (identifier(thing), json.dumps(thing, sort_keys=True)))
    ids, wanted_ids = [identifier(thing) for thing in by_id], [identifier(thing) for thing in wanted]
    if ids != wanted_ids:
        missing = sorted(set(wanted_ids) - set(ids))[:3]
        foreign = sorted(set(ids) - set(wanted_ids))[:3]
        raise Difference(
            f"{name}: the SDK read {len(ids)} objects, the simulator holds {len(wanted_ids)};"
            f" not read: {missing}; not held: {foreign}"
        )
    for seen, held in zip(by_id, wanted):
        if seen == held:
            continue
        members = sorted(member for member in seen.keys() | held.keys() if seen.get(member) != held.get(member))
        member = next(iter(members), "presence of a null member")
        raise Difference(
            f"{name}: {identifier(held)}: {member}: the SDK read {seen.get(member)!r},"
            f" the simulator holds {held.get(member)!r}"
        )


def check_models(name, objects, model):
    """Every object must be one that the SDK's own model takes."""
    for thing in objects if model else []:
        try:
            model.from_dict(thing)
        except Exception as refused:
            raise Difference(f"{name}: {identifier(thing)}: {model.__name__} refuses it: {refused}") from refused


def compare_all(simulator, page):
    """Compares every list of the truth and gives their number."""
    with urllib.request.urlopen(simulator["control"] + "/truth") as answer:
        truth = json.load(answer)
    reader = Reader(simulator, page)
    reader.services = [name.split("/", 1)[1] for name in truth if name.startswith("service_roles/")]
    unread = set(truth)
    for name, objects, model in reader.listings():
        if name not in truth:
            raise Difference(f"{name}: the SDK read a list that the simulator does not hold")
        check_models(name, objects, model)
        compare(name, objects, truth[name])
        unread.discard(name)
    if unread:
        raise Difference(f"no call of the SDK read these lists: {sorted(unread)[:5]}")
    return len(truth) + reader.beyond_the_truth(truth)


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
        command = [asked.simulate, "ibm", "--size", asked.size]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process else asked.running
        if not line.strip():
            raise Difference("the simulator ended before it said where it listens")
        count = compare_all(json.loads(line), asked.page)
    except (Difference, ApiException) as difference:
        print(f"ibm, {asked.size}: {difference}", file=sys.stderr)
        return 1
    finally:
        if process:
            process.stdin.close()
            process.wait(timeout=10)
    print(f"ibm, {asked.size}: {count} listings agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
