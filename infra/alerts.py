"""Sends the example of every event through the template's rules in a simulated AWS, and reads the mail that comes out.

alerts.py TEMPLATE ENDPOINT
"""

import json
import os
import sys
from pathlib import Path

import boto3

from promises import examples, translate

REGION = "eu-central-1"
NAMES = {"bus": "iamwatch-alerts-test", "queue": "iamwatch-alerts-test"}


def filled(template):
    """Returns a template of text with what CloudFormation puts into it, as one text.

    EventBridge takes a text in quotes for each line; the simulated one wants one text for all of them. That each line is
    one is a promise of promises.py, too.
    """
    lines = template["Fn::Sub"].replace("${Store}", "bucket").splitlines()
    return json.dumps("\n".join(json.loads(line) for line in lines))


def client(service, endpoint):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def rules_of(template):
    """Returns the rules of a template by name, as properties."""
    resources = translate(template)["Resources"].items()
    return {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Events::Rule"}


def mail(rules, endpoint):
    """Returns what a queue in the place of the topic gets of all examples."""
    events, sqs = client("events", endpoint), client("sqs", endpoint)
    bus = f"{NAMES['bus']}-{os.getpid()}"
    events.create_event_bus(Name=bus)
    queue = sqs.create_queue(QueueName=bus)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for name, rule in rules.items():
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(rule["EventPattern"]))
        transformer = dict(rule["Targets"][0]["InputTransformer"])
        transformer["InputTemplate"] = filled(transformer["InputTemplate"])
        target = {"Id": "queue", "Arn": arn, "InputTransformer": transformer}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    for event in examples().values():
        # The simulated EventBridge takes a text with "time" in it for an event and falls.
        assert "time" not in event["data"]["title"], event["data"]["title"]
        entry = {"Source": "iamwatch", "DetailType": event["type"], "Detail": json.dumps(event), "EventBusName": bus}
        answer = events.put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer
    got = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            got.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_queue(QueueUrl=queue)
    return got


def main():
    template, endpoint = Path(sys.argv[1]).read_text(), sys.argv[2]
    got = mail(rules_of(template), endpoint)
    urgent = [event for event in examples().values() if event["severity"] in ("high", "critical")]
    ends = ("opened", "reopened", "unsuppressed", "gained", "damaged", "unjudged", "digest")
    due = [event for event in urgent if event["type"].split(".")[-2] in ends]
    faults = []
    if len(got) != len(due):
        faults.append(f"{len(got)} mails for {len(due)} urgent events")
    for event in due:
        data = event["data"]
        words = [data["title"], f"Severity: {event['severity']}.", f"Account: {data['account']}."]
        words += [f"Snapshot: {data['snapshot']},", "iamwatch findings", "s3://bucket/store", event["time"], event["type"]]
        if "finding" in data:
            rule = data["finding"]["rule"]
            words += [f"Rule: {rule}.", f"iamwatch rules explain {rule}"]
        if not any(all(word in text for word in words) for text in got):
            faults.append(f"no mail tells {words}")
    faults += [f"something is left open in: {text}" for text in got if "<" in text or "${" in text]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{len(got)} mails of {len(examples())} events. The first:\n{got[0]}")


if __name__ == "__main__":
    main()
