"""Reads statements from standard input, a JSON list, in a dialect of sqlfluff, and prints those that are not of its grammar, with the reason.

grammar.py DIALECT <statements
"""

import json
import sys

from sqlfluff.core import FluffConfig, Linter


def main():
    linter = Linter(config=FluffConfig(overrides={"dialect": sys.argv[1], "large_file_skip_byte_limit": 0}))
    for statement in json.load(sys.stdin):
        for violation in linter.parse_string(statement + ";\n").violations:
            print(f"{violation}: {statement[:200]}")


main()
