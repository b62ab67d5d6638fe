"""Runs a script of DuckDB's SQL in the current folder, and prints the rows of each question: script.py SCRIPT."""

import json
import sys

import duckdb

with open(sys.argv[1], encoding="utf-8") as file:
    statements = duckdb.extract_statements(file.read())
connection = duckdb.connect()
json.dump([connection.execute(statement).fetchall() for statement in statements], sys.stdout, default=str)
