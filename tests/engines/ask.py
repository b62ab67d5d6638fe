"""Loads an export of Parquet files into DuckDB as `iamwatch ddl` declares it, and asks what stands on standard input.

    ask.py DDL FOLDER <questions   {"name": SQL, …} in, {"name": [[cell, …], …], …} out
"""

import json
import pathlib
import sys

import duckdb


def main():
    ddl, folder = sys.argv[1:]
    database = duckdb.connect()
    database.execute(pathlib.Path(ddl).read_text(encoding="utf-8"))
    tables = "select table_name from duckdb_tables() where not internal"
    for (table,) in database.execute(tables).fetchall():
        path = pathlib.Path(folder, f"{table}.parquet")
        if path.exists():
            database.execute(f'insert into "{table}" select * from read_parquet(?)', [str(path)])
    questions = json.load(sys.stdin)
    answers = {name: database.execute(sql).fetchall() for name, sql in questions.items()}
    json.dump(answers, sys.stdout)


main()
