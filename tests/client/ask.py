"""Judges the OpenAPI document of a server, writes a client from it with a public generator, and asks the server with that client alone.

    ask.py ADDRESS TOKEN ACCOUNT   prints what the client was told, as JSON
"""

import importlib
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate


def document(address, token):
    """Returns the description that the server gives of itself, once it is valid OpenAPI."""
    request = urllib.request.Request(f"{address}/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        described = json.load(answer)
    validate(described)
    return described


def generate(described, folder):
    """Writes a client, and returns how many operations were described; one that the generator leaves out is a fault."""
    (folder / "openapi.json").write_text(json.dumps(described))
    (folder / "settings.yaml").write_text("post_hooks: []\n")
    program = Path(sys.executable).with_name("openapi-python-client")
    made = subprocess.run(
        [program, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", "client", "--config", "settings.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    operations = sum(len(methods) for methods in described["paths"].values())
    written = [path for path in (folder / "client/api/default").glob("*.py") if path.stem != "__init__"]
    if made.returncode or len(written) != operations:
        sys.exit(f"{len(written)} of {operations} operations were written: {made.stdout}{made.stderr}")
    return operations


def main(address, token, account):
    described = document(address, token)
    with tempfile.TemporaryDirectory() as folder:
        operations = generate(described, Path(folder))
        sys.path.insert(0, folder)
        client = importlib.import_module("client").AuthenticatedClient(base_url=address, token=token)
        models = importlib.import_module("client.models")

        def ask(name, *arguments, **named):
            module = importlib.import_module(f"client.api.default.{name}")
            return module.sync(*arguments, client=client, **named)

        cloud, name = account.split("/")
        findings = ask("get_findings", cloud, name, at="7", severity=models.GetFindingsSeverity.HIGH, limit=5)
        statement = {"sql": "select count(*) as n from grants"}
        body = next(kind for kind in vars(models).values() if getattr(kind, "__name__", "").startswith("PostSql") and "Body" in kind.__name__)
        answer = ask("post_sql", cloud, name, body=body.from_dict(statement), at="7")
        table = "ibm_users" if cloud == "ibm" else "huawei_users"
        first = ask("get_table", cloud, name, "7", table, limit=2)
        second = ask("get_table", cloud, name, "7", table, limit=2, page=first.next_)
        verified = ask("get_verify", cloud, name, "7")
        problem = ask("get_snapshot", cloud, name, "999")
        print(
            json.dumps(
                {
                    "operations": operations,
                    "accounts": ask("get_accounts").to_dict()["accounts"],
                    "findings": findings.to_dict()["findings"],
                    "rows": answer.to_dict()["rows"],
                    "pages": [[row.to_dict() for row in page.rows] for page in (first, second)],
                    "faults": verified.to_dict()["faults"],
                    "problem": problem.to_dict(),
                    "is_problem": isinstance(problem, models.Problem),
                }
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
