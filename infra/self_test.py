"""Breaks the template in one way after another; validation must notice each, and accept the whole one."""

import sys
from pathlib import Path

from promises import broken

# What is replaced, by what, and a word of the fault that must be told.
BREAKS = [
    ("Status: Enabled\n      BucketEncryption", "Status: Suspended\n      BucketEncryption", "versioned"),
    ("SSEAlgorithm: AES256", "SSEAlgorithm: ROT13", "ROT13"),
    ("BlockPublicPolicy: true", "BlockPublicPolicy: false", "not public"),
    ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "outlives the stack"),
    ("            Action: s3:*\n", "            Action: s3:GetObject\n", "Store is TLS only"),
    ('aws:SecureTransport: "false"', 'aws:SecureTransport: "true"', "Store is TLS only"),
    ("            Effect: Deny\n            Principal: \"*\"\n            Action: s3:*", "            Effect: Allow\n            Principal: \"*\"\n            Action: s3:*", "lets nobody in"),
    ("                  - s3:PutObject\n", "                  - s3:PutObject\n                  - s3:DeleteObject\n", "may not s3:DeleteObject"),
    ("                  - s3:PutObject\n", "                  - s3:Put*\n", "may not s3:Put*"),
    ("Resource: !Sub ${Store.Arn}/store/*", 'Resource: "*"', "no resource by `*`"),
    ("Resource: !Sub ${Store.Arn}/store/*", "Resource: !Sub ${Store.Arn}*", "only the store and"),
    ("s3:prefix: store/*", 's3:prefix: "*"', "lists only the store"),
    ("Action: ssm:GetParameter", "NotAction: ssm:GetParameter", "names what it may do"),
    ("Architectures: [arm64]", "Architectures: [arm65]", "arm64"),
    ("ReservedConcurrentExecutions: 1", "ReservedConcurrentExecutions: 10", "once at a time"),
    ("          IAMWATCH_STORE:", "          API_KEY: abc\n          IAMWATCH_STORE:", "no secret"),
    ('!Sub "ssm:${ConfigurationName}"', '!Sub "ssm:${Config}"', "configuration of one's own"),
    ('api_key = "ssm:${Key}"', 'api_key = "abc"', "only names the key"),
    ("parameter/${AWS::StackName}/*", "parameter/*", "only the store and"),
    ("/*/manifests/*", "/manifests/*", "only where there is none"),
    ('s3:if-none-match: "true"', 's3:if-none-match: "false"', "only where there is none"),
    ("severity: [high, critical]", "severity: [high]\n          type: [x]", "new and urgent"),
    ("severity: [high, critical]", "severity: [medium, high, critical]", "nothing that is medium"),
    ("          - dev.iamwatch.access.gained.v1\n", "", "new and urgent"),
    ("          - dev.iamwatch.run.digest.v1\n", "          - dev.iamwatch.run.digest.v1\n          - dev.iamwatch.finding.changed.v1\n", "new and urgent"),
    ("          - dev.iamwatch.run.unjudged.v1\n", "          - dev.iamwatch.run.unjudged.v1\n          - dev.iamwatch.run.digest.v1\n", "each once"),
    ("iamwatch rules explain <rule>\"", "iamwatch rules explain <id>\"", "fills in what it names"),
    ("rule: $.detail.data.finding.rule", "rule: $.detail.data.rule", "has no $.detail.data.rule"),
    ('              "<title>"\n', '              <title>\n', "texts in quotes"),
    ("title: $.detail.data.title", "title: $.detail.title", "has no $.detail.title"),
    ('              "<title>"\n', '              "something"\n', "tells the title"),
    ("          DeadLetterConfig:\n            Arn: !GetAtt DeadRuns.Arn\n          InputTransformer", "          InputTransformer", "could not send"),
    ("      DisplayName: iamwatch\n", "      DisplayName: iamwatch\n      KmsMasterKeyId: alias/aws/sns\n", "reached by EventBridge"),
    ("              Service: cloudwatch.amazonaws.com", "              Service: s3.amazonaws.com", "alerts and alarms"),
    ("        - !If [HasAlertEmail, !Ref Alerts, !Ref AWS::NoValue]\n", "", "tells Alerts"),
    ("      MetricName: Errors", "      MetricName: Duration", "failed invocations"),
    ("RetentionInDays: !Ref LogRetentionDays", "Tags: []", "logs for ever"),
    ("Destination: !GetAtt DeadRuns.Arn", "Destination: !GetAtt LostRuns.Arn", "LostRuns"),
    ("Mode: FLEXIBLE", "Mode: BENDY", "BENDY"),
    ("      ScheduleExpression: !Ref Schedule\n", "", "ScheduleExpression"),
    ("          Arn: !GetAtt DeadRuns.Arn\n\n  ScheduleRole", "          Arn: !Ref Nothing\n\n  ScheduleRole", "Nothing"),
    ("        AuthType: AWS_IAM\n", "        AuthType: NONE\n", "signed requests only"),
    ("        AuthType: AWS_IAM\n", "        AuthType: AWS_IAM\n        Cors:\n          AllowOrigins: ['*']\n", "no page of another site"),
    ("      EventInvokeConfig:", "      FunctionUrlConfig:\n        AuthType: AWS_IAM\n      EventInvokeConfig:", "only the history has a URL"),
    ("                Action: s3:GetObject\n", "                Action: [s3:GetObject, s3:PutObject]\n", "only reads the store"),
    ("                Action: s3:GetObject\n", "                Action: [s3:GetObject, ssm:GetParameter]\n", "only reads the store"),
    ("                Resource: !GetAtt HistoryLog.Arn", "                Resource: !GetAtt AuditLog.Arn", "its own log only"),
    ("Role: !GetAtt HistoryRole.Arn", "Role: !GetAtt AuditRole.Arn", "its own role"),
    ('          MIMALLOC_PURGE_DELAY: "0"\n', '          MIMALLOC_PURGE_DELAY: "0"\n          TOKEN: abc\n', "no secret"),
    ('    Default: "no"\n', '    Default: "yes"\n', "unless it is wished for"),
    ('!Equals [!Ref ServeHistory, "yes"]', '!Not [!Equals [!Ref ServeHistory, ""]]', "where it is wished for"),
    ("    Type: AWS::Serverless::Function\n    Condition: HasHistory\n", "    Type: AWS::Serverless::Function\n", "only where it is wished for"),
    ("  # Runs that could not be started, or", '  Everybody:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Action: lambda:InvokeFunctionUrl\n      FunctionName: !Ref Audit\n      FunctionUrlAuthType: NONE\n      Principal: "*"\n\n  # Runs that could not be started, or', "right of their own"),
]


def main():
    text = Path(sys.argv[1]).read_text()
    missed = [f"the whole template is refused: {fault}" for fault in broken(text)]
    for old, new, word in BREAKS:
        if old not in text:
            missed.append(f"the template no longer holds {old!r}")
            continue
        try:
            faults = broken(text.replace(old, new, 1))
        except Exception as error:  # The translator refuses some faults itself.
            faults = [str(error)]
        if not any(word in fault for fault in faults):
            missed.append(f"{old!r} became {new!r}, and no fault tells of {word!r}: {faults}")
    for each in missed:
        print(each, file=sys.stderr)
    print(f"{len(BREAKS)} ways to break the template, {len(missed)} not noticed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
