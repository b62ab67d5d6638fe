"""Declares the tables of a cloud in DuckDB once, and asks questions of small worlds one after the other.

    cases.py DDL <worlds   [{"tables": FOLDER of Parquet, "questions": {name: SQL}}, …] in, [{name: [[cell, …], …]}, …] out
"""

import json
import pathlib
import sys

import duckdb


def main():
    worlds = json.load(sys.stdin)
    database = duckdb.connect()
    database.execute(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = []
    for world in worlds:
        database.begin()
        for path in sorted(pathlib.Path(world["tables"]).glob("*.parquet")):
            database.execute(f'insert into "{path.stem}" select * from read_parquet(?)', [str(path)])
        asked = world["questions"].items()
        answers.append({name: database.execute(sql).fetchall() for name, sql in asked})
        database.rollback()
    json.dump(answers, sys.stdout)


main()
