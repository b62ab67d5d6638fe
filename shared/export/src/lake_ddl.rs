//! The declarations of a lake: its files as tables of an engine, and over them the tables as they were in each snapshot.

use model::{Cloud, Type, tables, tables::derived};

use crate::{
    Dialect,
    ddl::literal,
    lake::{ACCESS_CHANGES, ACCESS_CHANGES_COLUMNS, IN_FORCE, IN_FORCE_COLUMNS, lake_tables},
};

/// An engine that reads a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LakeEngine {
    /// Spark, whose SQL also declares the files.
    Spark,
    /// Athena, whose tables are of Hive and whose views are of Trino.
    Athena,
}

impl LakeEngine {
    /// All engines there are.
    pub const ALL: [Self; 2] = [Self::Spark, Self::Athena];

    /// Returns the name of the engine, as it is chosen by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spark => "spark",
            Self::Athena => "athena",
        }
    }

    const fn kind(self, kind: Type) -> &'static str {
        match kind {
            Type::Integer => "BIGINT",
            Type::Boolean => "BOOLEAN",
            Type::Text | Type::Time | Type::Document => "STRING",
        }
    }

    /// Returns a name in the quotes of the engine's queries.
    fn quote(self, name: &str) -> String {
        match self {
            Self::Spark => format!("`{name}`"),
            Self::Athena => format!("\"{name}\""),
        }
    }

    /// Declares the files of a table.
    fn create_table(
        self,
        name: &str,
        folder: &str,
        columns: &[(&str, Type)],
        parts: &[(&str, Type)],
    ) -> String {
        let declare = |columns: &[(&str, Type)]| -> String {
            let each = columns.iter().map(|(name, kind)| format!("  `{name}` {}", self.kind(*kind)));
            each.collect::<Vec<_>>().join(",\n")
        };
        let names: Vec<String> = parts.iter().map(|(name, _)| format!("`{name}`")).collect();
        match self {
            Self::Spark => format!(
                "CREATE TABLE `{name}` (\n{},\n{}\n) USING PARQUET PARTITIONED BY ({}) LOCATION {};\n\nMSCK REPAIR TABLE `{name}`",
                declare(columns),
                declare(parts),
                names.join(", "),
                literal(Dialect::Spark, folder)
            ),
            Self::Athena => format!(
                "CREATE EXTERNAL TABLE `{name}` (\n{}\n) PARTITIONED BY (\n{}\n) STORED AS PARQUET LOCATION {};\n\n\
                 MSCK REPAIR TABLE `{name}`",
                declare(columns),
                declare(parts),
                literal(Dialect::Db2, &format!("{folder}/"))
            ),
        }
    }
}

/// Where a partition of a table is.
const PARTS: [(&str, Type); 3] =
    [("cloud", Type::Text), ("account", Type::Text), ("snapshot", Type::Integer)];

/// Returns the script that declares what lies in a lake at a place: the files under names that begin with `stored_`, and over them each table
/// as it was in every snapshot, with cloud, account, snapshot and time; with `_now` behind its name, as it is in the newest of each account.
#[must_use]
pub fn declare_lake(engine: LakeEngine, clouds: &[Cloud], place: &str) -> String {
    let place = place.trim_end_matches('/');
    let folder = |name: &str| format!("{place}/{name}");
    let mut statements = vec![
        engine.create_table(
            IN_FORCE,
            &folder(IN_FORCE),
            &IN_FORCE_COLUMNS,
            PARTS.get(..2).unwrap_or_default(),
        ),
        engine.create_table(ACCESS_CHANGES, &folder(ACCESS_CHANGES), &ACCESS_CHANGES_COLUMNS, &PARTS),
        format!(
            "CREATE VIEW newest AS\nSELECT cloud, account, max(snapshot) AS snapshot FROM {IN_FORCE} GROUP BY cloud, account"
        ),
    ];
    let is_meant = |name: &str| {
        [tables::COVERAGE.name, derived::FINDINGS.name].contains(&name)
            || clouds.iter().any(|cloud| tables::of_cloud(*cloud).any(|table| table.name == name))
    };
    for table in lake_tables().filter(|table| is_meant(table.name)) {
        let name = table.name;
        let columns: Vec<(&str, Type)> =
            table.columns.iter().map(|column| (column.name, column.kind)).collect();
        statements.push(engine.create_table(&format!("stored_{name}"), &folder(name), &columns, &PARTS));
        let own: Vec<String> = columns.iter().map(|(name, _)| format!("s.{}", engine.quote(name))).collect();
        statements.push(format!(
            "CREATE VIEW {name} AS\nSELECT f.cloud, f.account, f.snapshot, f.taken_at, {}\nFROM {IN_FORCE} f\nJOIN stored_{name} s ON \
             s.cloud = f.cloud AND s.account = f.account AND s.snapshot = f.stored_in\nWHERE f.table_name = '{name}'",
            own.join(", ")
        ));
        statements.push(format!(
            "CREATE VIEW {name}_now AS\nSELECT t.* FROM {name} t\nJOIN newest n ON n.cloud = t.cloud AND n.account = t.account AND \
             n.snapshot = t.snapshot"
        ));
    }
    let note = match engine {
        LakeEngine::Spark => "What is added later, `MSCK REPAIR TABLE` makes known.",
        LakeEngine::Athena => {
            "Athena takes one statement at a time; `MSCK REPAIR TABLE` makes what was added known. Grammar only: it was run on no server."
        }
    };
    let mut script = format!(
        "-- Written by `iamwatch ddl --dialect {} --lake` {}\n-- {note}\n\n",
        engine.name(),
        env!("CARGO_PKG_VERSION")
    );
    for statement in statements {
        script.push_str(&statement);
        script.push_str(";\n\n");
    }
    script
}
