"""Translates the SAM template, lints what it becomes, and asserts what infra/README.md promises of it."""

import json
import logging
import re
import sys
from pathlib import Path

import cfnlint.api
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

REGION = "eu-central-1"

# The translator warns of metrics of its own that nobody asked for.
logging.disable(logging.WARNING)

HERE = Path(__file__).parent

# Resources that a role may reach by a pattern.
PATTERNS = {
    "${Store.Arn}/store/*",
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/*",
}

# Actions that the roles may hold. One that is not here is refused, with or without a wildcard.
ALLOWED = {
    "events:PutEvents",
    "kms:Decrypt",
    "lambda:InvokeFunction",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
    "ssm:GetParameter",
}


def translate(text):
    """Returns the CloudFormation that the template becomes, without the network."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # The translator takes only code that is in a bucket already.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    translator = Translator({}, Parser())
    return translator.translate(template, {}, {}) or template


def lint(cloudformation):
    """Returns the faults that cfn-lint sees, a line each."""
    found = cfnlint.api.lint(json.dumps(cloudformation), regions=[REGION])
    return [f"{each.rule.id} {'/'.join(map(str, each.path))}: {each.message}" for each in found]


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(resource):
    """Returns the statements of a policy or role; both branches of a condition count."""
    properties = resource["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    if "PolicyDocument" in properties:
        documents.append(properties["PolicyDocument"])
    for document in documents:
        for statement in document["Statement"]:
            branches = statement["Fn::If"][1:] if "Fn::If" in statement else [statement]
            yield from (branch for branch in branches if "Effect" in branch)


def texts(resource):
    """Returns the texts that a resource of a statement may become; both branches of a condition count."""
    if isinstance(resource, dict) and "Fn::If" in resource:
        return [text for branch in resource["Fn::If"][1:] for text in texts(branch)]
    return [resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource]


def matches(pattern, event):
    """Says whether an event pattern of EventBridge, of exact values only, matches an event."""
    if isinstance(pattern, dict):
        return all(isinstance(event, dict) and matches(each, event.get(name)) for name, each in pattern.items())
    return event in pattern


def envelope(event):
    """Returns an event as EventBridge delivers it."""
    return {"source": "iamwatch", "detail-type": event["type"], "detail": event}


def examples():
    """Returns the examples of all events that are sent, by name."""
    folder = HERE.parent / "events" / "out"
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(folder.glob("*/example.json"))}


class Promises:
    """Collects what is not as promised."""

    def __init__(self, template):
        self.resources = template["Resources"]
        self.parameters = template["Parameters"]
        self.conditions = template["Conditions"]
        self.broken = []

    def check(self, holds, promise):
        if not holds:
            self.broken.append(promise)

    def of(self, kind):
        return {name: each for name, each in self.resources.items() if each["Type"] == kind}

    def refuses_plain_transport(self, kind, resource_name, link):
        """Says whether a policy denies everybody everything that comes without TLS."""
        for policy in self.of(kind).values():
            if {"Ref": resource_name} not in as_list(policy["Properties"][link]):
                continue
            for statement in statements(policy):
                condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
                if (
                    statement["Effect"] == "Deny"
                    and statement["Principal"] == "*"
                    and str(condition).lower() == "false"
                    and all(action.endswith(":*") for action in as_list(statement["Action"]))
                ):
                    resources = json.dumps(statement["Resource"])
                    return kind != "AWS::S3::BucketPolicy" or (
                        "/*" in resources and len(as_list(statement["Resource"])) == 2
                    )
        return False

    def store(self):
        buckets = self.of("AWS::S3::Bucket")
        self.check(buckets, "there is a bucket")
        for name, bucket in buckets.items():
            properties = bucket["Properties"]
            self.check(properties.get("VersioningConfiguration", {}).get("Status") == "Enabled", f"{name} is versioned")
            self.check(
                properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"), f"{name} is encrypted"
            )
            block = properties.get("PublicAccessBlockConfiguration", {})
            wanted = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
            self.check(all(block.get(each) is True for each in wanted), f"{name} is not public")
            self.check("AccessControl" not in properties, f"{name} has no ACL")
            self.check(bucket.get("DeletionPolicy") == "Retain", f"{name} outlives the stack")
            self.check(bucket.get("UpdateReplacePolicy") == "Retain", f"{name} outlives its replacement")
            for rule in properties.get("LifecycleConfiguration", {}).get("Rules", []):
                expires = any(each.startswith("Expiration") for each in rule)
                self.check(not expires, f"{name} never lets a current object expire")
            self.check(self.refuses_plain_transport("AWS::S3::BucketPolicy", name, "Bucket"), f"{name} is TLS only")
        for policy in self.of("AWS::S3::BucketPolicy").values():
            for statement in statements(policy):
                self.check(statement["Effect"] == "Deny", "the bucket policy lets nobody in")
            creates = [each for each in statements(policy) if each["Action"] == "s3:PutObject"]
            self.check(
                any(
                    each["Resource"] == {"Fn::Sub": "${Store.Arn}/*/manifests/*"}
                    and each["Principal"] == "*"
                    and each["Condition"] == {"Null": {"s3:if-none-match": "true"}}
                    for each in creates
                ),
                "the bucket takes a manifest only where there is none",
            )

    def roles(self):
        for name, role in self.of("AWS::IAM::Role").items():
            self.check("ManagedPolicyArns" not in role["Properties"], f"{name} has no managed policy")
            for statement in statements(role):
                if statement["Effect"] != "Allow":
                    continue
                self.check("NotAction" not in statement, f"{name} names what it may do")
                self.check("NotResource" not in statement, f"{name} names what it may reach")
                for action in as_list(statement.get("Action", [])):
                    self.check(action in ALLOWED, f"{name} may not {action}")
                for resource in as_list(statement.get("Resource", "*")):
                    self.check(resource != "*", f"{name} reaches no resource by `*`")
                    for text in texts(resource):
                        self.check(
                            not text.endswith("*") or text in PATTERNS,
                            f"{name} reaches only the store and the stack's own parameters by a pattern",
                        )
                if "s3:ListBucket" in as_list(statement.get("Action", [])):
                    prefix = statement.get("Condition", {}).get("StringLikeIfExists", {}).get("s3:prefix")
                    self.check(prefix == "store/*", f"{name} lists only the store")
                if "kms:Decrypt" in as_list(statement.get("Action", [])):
                    self.check("Condition" in statement, f"{name} decrypts only through SSM and Secrets Manager")

    def functions(self):
        functions = self.of("AWS::Lambda::Function")
        self.check(set(functions) == {"Audit", "History"}, "there are the functions of the template, and no others")
        for name, function in functions.items():
            properties = function["Properties"]
            self.check(properties.get("Architectures") == ["arm64"], f"{name} runs on arm64")
            self.check(properties.get("Runtime") == "provided.al2023", f"{name} runs on provided.al2023")
            self.check(properties.get("Role") == {"Fn::GetAtt": [f"{name}Role", "Arn"]}, f"{name} has its own role")
            self.check(
                properties.get("LoggingConfig", {}).get("LogGroup") == {"Ref": f"{name}Log"}, f"{name} writes to its log group"
            )
            variables = set(properties.get("Environment", {}).get("Variables", {}))
            own = {"Audit": "IAMWATCH_CONFIG", "History": "MIMALLOC_PURGE_DELAY"}
            wanted = {"IAMWATCH_STORE", own[name]}
            self.check(variables == wanted, f"{name} has no secret in its environment")
        for name, group in self.of("AWS::Logs::LogGroup").items():
            self.check("RetentionInDays" in group["Properties"], f"{name} does not keep logs for ever")

    def audit(self):
        """One run at a time, by a configuration that may be one's own."""
        properties = self.resources.get("Audit", {}).get("Properties", {})
        self.check(properties.get("ReservedConcurrentExecutions") == 1, "Audit runs once at a time")
        variables = properties.get("Environment", {}).get("Variables", {})
        own = "ssm:${ConfigurationName}" in json.dumps(variables.get("IAMWATCH_CONFIG"))
        self.check(own, "Audit takes a configuration of one's own")

    def history(self):
        """The history is asked only where it is wished for, by signed requests, and by a function that cannot write."""
        urls = self.of("AWS::Lambda::Url")
        self.check(len(urls) == 1, "only the history has a URL")
        for name, url in urls.items():
            properties = url["Properties"]
            self.check(properties["TargetFunctionArn"] == {"Ref": "History"}, f"{name} is the URL of the history")
            self.check(properties["AuthType"] == "AWS_IAM", f"{name} takes signed requests only")
            self.check("Cors" not in properties, f"{name} is for no page of another site")
        # A right that is given to a function as such is given to callers outside of the account, or to everybody.
        self.check(not self.of("AWS::Lambda::Permission"), "nobody may call a function but by a right of their own")
        for name in ("History", "HistoryRole", "HistoryLog", *urls):
            condition = self.resources.get(name, {}).get("Condition")
            self.check(condition == "HasHistory", f"{name} is made only where it is wished for")
        wish = self.parameters.get("ServeHistory", {})
        self.check(wish.get("Default") == "no", "the history is not served unless it is wished for")
        self.check(
            self.conditions.get("HasHistory") == {"Fn::Equals": [{"Ref": "ServeHistory"}, "yes"]},
            "the history is served where it is wished for",
        )
        # What it reads is the store, and it writes nothing but its log.
        held = {"s3:GetObject", "s3:ListBucket", "logs:CreateLogStream", "logs:PutLogEvents"}
        role = self.resources.get("HistoryRole", {"Properties": {}})
        for statement in statements(role):
            actions = set(as_list(statement["Action"]))
            self.check(actions <= held, f"HistoryRole only reads the store: {sorted(actions - held)}")
            if actions & {"logs:CreateLogStream", "logs:PutLogEvents"}:
                own = {"Fn::GetAtt": ["HistoryLog", "Arn"]}
                self.check(statement["Resource"] == own, "HistoryRole writes to its own log only")

    def schedule(self):
        schedules = self.of("AWS::Scheduler::Schedule")
        self.check(schedules, "there is a schedule")
        for name, schedule in schedules.items():
            target = schedule["Properties"]["Target"]
            self.check(target.get("RetryPolicy"), f"{name} tries again")
            self.check(target.get("DeadLetterConfig"), f"{name} keeps what it could not start")
        for name in self.of("AWS::SQS::Queue"):
            self.check(self.refuses_plain_transport("AWS::SQS::QueuePolicy", name, "Queues"), f"{name} is TLS only")

    def alerts(self):
        """What is new and high or critical reaches whoever gave an address, as text; nothing else does."""
        rules = self.of("AWS::Events::Rule")
        self.check(rules, "there is a rule for alerts")
        paging = [name for name, event in examples().items() if event["severity"] in ("high", "critical")]
        new = [name for name in paging if name.split(".")[1] in ("opened", "reopened", "unsuppressed", "gained", "damaged", "unjudged", "digest")]
        self.check(new, "some examples are urgent")
        patterns = [rule["Properties"]["EventPattern"] for rule in rules.values()]
        sent = sorted(
            each for pattern in patterns for each, event in examples().items() if matches(pattern, envelope(event))
        )
        # One that two rules match would be two mails.
        self.check(sent == new, f"the rules send what is new and urgent, each once: {new}, not {sent}")
        page = (HERE.parent / "events" / "README.md").read_text()
        shown = [json.loads(block.split("```")[0]) for block in page.split("```json")[1:]]
        kinds = sorted(kind for pattern in patterns for kind in pattern["detail-type"])
        for name, rule in rules.items():
            properties = rule["Properties"]
            pattern = properties["EventPattern"]
            matched = [each for each, event in examples().items() if matches(pattern, envelope(event))]
            for each, event in examples().items():
                # Whatever its example happens to be graded as.
                urgent = envelope({**event, "severity": "critical"})
                self.check(each in new or not matches(pattern, urgent), f"{name} sends what is new and urgent, and no {each}")
                for severity in ("info", "low", "medium"):
                    calm = envelope({**event, "severity": severity})
                    self.check(not matches(pattern, calm), f"{name} sends nothing that is {severity}")
            is_shown = any(
                {**each, "detail-type": sorted(each.get("detail-type", []))} == {**pattern, "detail-type": kinds}
                for each in shown
            )
            self.check(is_shown, f"{name} and the others together are as events/README.md shows it")
            for target in properties["Targets"]:
                self.check(target.get("DeadLetterConfig"), f"{name} keeps what it could not send")
                transformer = target.get("InputTransformer", {})
                paths = transformer.get("InputPathsMap", {})
                for path in paths.values():
                    for each in matched:
                        self.check(found(envelope(examples()[each]), path) is not None, f"{name}: {each} has no {path}")
                template = transformer.get("InputTemplate", {}).get("Fn::Sub", "")
                of_findings = all(".finding." in kind for kind in pattern["detail-type"])
                for wanted in ("title", "severity", "account", "snapshot", *(["rule"] if of_findings else [])):
                    self.check(f"<{wanted}>" in template, f"{name} tells the {wanted}")
                named = set(re.findall("<([^>]*)>", template))
                self.check(named == set(paths), f"{name} fills in what it names: {sorted(named)}, not {sorted(paths)}")
                for line in template.splitlines():
                    self.check(is_text(line), f"{name} has lines that are texts in quotes, as EventBridge wants them, and not {line}")
        for name, topic in self.of("AWS::SNS::Topic").items():
            self.check(topic.get("Condition") == "HasAlertEmail", f"{name} is made for an address only")
            # The key of AWS for topics lets neither EventBridge nor CloudWatch in: alerts would be lost without a word.
            self.check("KmsMasterKeyId" not in topic["Properties"], f"{name} can be reached by EventBridge")
            self.check(self.may_publish(name) == {"events.amazonaws.com", "cloudwatch.amazonaws.com"}, f"{name} is for alerts and alarms")
        for name, alarm in self.of("AWS::CloudWatch::Alarm").items():
            actions = json.dumps(alarm["Properties"]["AlarmActions"])
            for wanted in ("AlarmTopicArn", "Alerts"):
                self.check(wanted in actions, f"{name} tells {wanted}")
            self.check(alarm["Properties"]["MetricName"] == "Errors", f"{name} sees failed invocations")

    def may_publish(self, topic):
        """Returns the services that may publish to a topic, each under a condition."""
        services = set()
        for policy in self.of("AWS::SNS::TopicPolicy").values():
            for statement in statements(policy):
                if statement["Effect"] == "Allow" and {"Ref": topic} in as_list(statement["Resource"]):
                    self.check("Condition" in statement, f"{topic} is reached from this account only")
                    services.update(as_list(statement["Principal"]["Service"]))
        return services

    def secrets(self):
        for name, parameter in self.of("AWS::SSM::Parameter").items():
            self.check("/config" in json.dumps(parameter["Properties"]["Name"]), f"{name} is the configuration")
            self.check('api_key = "ssm:' in json.dumps(parameter).replace('\\"', '"'), f"{name} only names the key")


def is_text(line):
    """Says whether a line is a text in quotes."""
    try:
        return isinstance(json.loads(line), str)
    except ValueError:
        return False


def found(event, path):
    """Returns what a path as `$.detail.type` leads to."""
    for member in path.removeprefix("$.").split("."):
        event = event.get(member) if isinstance(event, dict) else None
    return event


def broken(text):
    """Returns everything that is wrong with a template, a line each."""
    cloudformation = translate(text)
    promises = Promises(cloudformation)
    promises.store()
    promises.roles()
    promises.functions()
    promises.audit()
    promises.history()
    promises.schedule()
    promises.alerts()
    promises.secrets()
    return lint(cloudformation) + [f"not as promised: {each}" for each in promises.broken]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    faults = broken(path.read_text())
    for fault in faults:
        print(f"{path}: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{path}: as promised")
