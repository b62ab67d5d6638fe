"""Declares a lake in one session of Spark as `iamwatch ddl --dialect spark --lake` does, and asks what stands on standard input.

    lake.py DDL <questions   {"name": SQL, …} in, {"name": [[cell, …], …], …} out
"""

import json
import pathlib
import sys
import tempfile

from pyspark.sql import SparkSession


def statements(script):
    """Returns the statements of a script, in which no line but the last of a statement ends with a semicolon."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";\n") if statement.strip()]


def main():
    with tempfile.TemporaryDirectory() as scratch:
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": scratch,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
        }
        builder = SparkSession.builder.master("local[2]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        for statement in statements(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")):
            spark.sql(statement)
        questions = json.load(sys.stdin)
        answers = {name: [list(row) for row in spark.sql(sql).collect()] for name, sql in questions.items()}
        spark.stop()
    json.dump(answers, sys.stdout)


main()
