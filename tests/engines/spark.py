"""Declares the tables and views of a cloud in one session of Spark, and asks questions of worlds one after the other.

    spark.py DDL <worlds   [{"tables": FOLDER of Parquet, "questions": {name: SQL}, "is_stored": truth}, …] in, [{name: [[cell, …], …]}, …] out

A world that is stored is put into the declared tables. The others are views over rows in memory, which hide the tables: to write files
takes longer than to ask. A world with a "script" in the place of "tables" is what that makes: the one of `iamwatch open`.
"""

import json
import pathlib
import re
import sys
import tempfile

import pyarrow.parquet
from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
}


def statements(script):
    """Returns the statements of a script, in which no line but the last of a statement ends with a semicolon."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";\n") if statement.strip()]


def session(warehouse):
    builder = SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", warehouse)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class Worlds:
    """Worlds over the declared tables, which are empty until one is stored."""

    def __init__(self, spark, ddl):
        self.spark = spark
        self.tables, self.views = [], []
        for statement in statements(ddl):
            spark.sql(statement)
            kind, name = re.match(r"CREATE (TABLE|VIEW) `(\w+)`", statement).groups()
            self.tables.append(name) if kind == "TABLE" else self.views.append((name, statement))
        self.hidden = []

    def hide(self, name, rows):
        rows.createOrReplaceTempView(name)
        self.hidden.append(name)

    def show_tables(self):
        """Takes away what hides the declared tables and views."""
        for name in self.hidden:
            self.spark.catalog.dropTempView(name)
        self.hidden = []

    def put_before(self, folder):
        """Hides tables behind rows in memory, and the views behind others that read these."""
        self.show_tables()
        for path in sorted(folder.glob("*.parquet")):
            self.hide(path.stem, self.spark.createDataFrame(pyarrow.parquet.read_table(path)))
        for name, statement in self.views:
            self.spark.sql(statement.replace("CREATE VIEW", "CREATE OR REPLACE TEMPORARY VIEW", 1))
            self.hidden.append(name)

    def store(self, folder):
        """Fills the declared tables; a view comes of them, though it was exported too."""
        self.show_tables()
        for path in sorted(folder.glob("*.parquet")):
            if path.stem in self.tables and pyarrow.parquet.read_metadata(path).num_rows:
                self.spark.sql(f"INSERT INTO `{path.stem}` SELECT * FROM parquet.`{path}`")

    def open(self, script):
        """Runs a script that makes its views in this very session."""
        self.show_tables()
        made = {}
        exec(compile(script.read_text(encoding="utf-8"), script, "exec"), made)
        self.hidden = list(made["TABLES"])

    def ask(self, world):
        if "script" in world:
            self.open(pathlib.Path(world["script"]))
        else:
            folder = pathlib.Path(world["tables"])
            self.store(folder) if world.get("is_stored") else self.put_before(folder)
        # On Spark a name in double quotes is a text.
        ask = lambda sql: [list(row) for row in self.spark.sql(sql.replace('"', "`")).collect()]
        return {name: ask(sql) for name, sql in world["questions"].items()}


def main():
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as warehouse:
        spark = session(warehouse)
        worlds = Worlds(spark, pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
        answers = [worlds.ask(world) for world in asked]
        spark.stop()
    json.dump(answers, sys.stdout)


main()
