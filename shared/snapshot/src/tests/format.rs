//! What is in the files, and how files of an older declaration read.

use model::{
    Column, STATEMENT, Type,
    tables::huawei::{TRUST_ACTIONS, TRUST_DOCUMENTS, TRUST_STATEMENTS},
};

use parquet::{
    basic::Compression,
    file::reader::{FileReader, SerializedFileReader},
};

use super::*;
use crate::{
    Place,
    columns::DELETED,
    file::{FileLine, decode, encode_base, encode_delta},
};

#[test]
fn the_same_rows_give_the_same_bytes_and_come_back() {
    for table in TABLES {
        let rows = Rows::new(table, (0..5_000).map(|key| row(table, key, key)).collect());
        let bytes = encode_base(table, rows.iter()).unwrap();
        assert_eq!(bytes, encode_base(table, rows.iter()).unwrap());
        let sheet = decode(bytes).unwrap();
        assert_eq!(sheet.key, table.key);
        let names: Vec<&str> = sheet.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, table.columns.iter().map(|column| column.name).collect::<Vec<_>>());
        assert_eq!(
            sheet.lines.into_iter().map(|line| line.row).collect::<Vec<_>>(),
            rows.into_iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn small_columns_of_a_delta_are_stored_as_they_are_and_all_others_compressed() {
    let table = TABLES[0];
    let compressed = |bytes| {
        let reader = SerializedFileReader::new(bytes).unwrap();
        let group = reader.metadata().row_group(0);
        let columns = group.columns().iter().map(|column| column.compression() != Compression::UNCOMPRESSED);
        columns.collect::<Vec<bool>>()
    };
    let lines = |count| {
        let line = |key| FileLine { row: row(table, key, 2_000 + key), deleted: false };
        (0..count).map(line).collect::<Vec<_>>()
    };
    let small = compressed(encode_delta(table, &lines(1)).unwrap());
    assert_eq!(small, vec![false; table.columns.len() + 1]);
    let large = compressed(encode_delta(table, &lines(500)).unwrap());
    // Five hundred truth values, and marks of what was taken away, are some sixty bytes.
    let is_large = table.columns.iter().map(|column| column.kind != Type::Boolean).chain([false]);
    assert_eq!(large, is_large.collect::<Vec<_>>());
    let rows = Rows::new(table, vec![row(table, 1, 1)]);
    assert_eq!(compressed(encode_base(table, rows.iter()).unwrap()), vec![true; table.columns.len()]);
}

#[test]
fn a_delta_keeps_what_was_put_and_what_was_taken_away() {
    let table = TABLES[2];
    let deleted = Row::pack(row(table, 2, 0).values().take(table.key));
    let lines = [
        FileLine { row: row(table, 1, 7), deleted: false },
        FileLine { row: deleted, deleted: true },
        FileLine { row: row(table, 3, 8), deleted: false },
    ];
    let sheet = decode(encode_delta(table, &lines).unwrap()).unwrap();
    assert_eq!(sheet.lines, lines);
    assert!(sheet.columns.iter().all(|column| column.name != DELETED));
}

#[test]
fn a_value_of_another_type_than_its_column_is_refused() {
    let table = TABLES[1];
    let wrong = [Row::pack([Value::Text("g"), Value::Integer(3)])];
    let error = encode_base(table, wrong.iter()).unwrap_err().to_string();
    assert_eq!(
        error,
        "column `iam_id` of `ibm_access_group_members` is declared otherwise than the value `3`"
    );
}

/// Declares a table of the same name with other columns.
fn declared(columns: Vec<Column>, key: usize) -> &'static Table {
    Box::leak(Box::new(Table { columns: Vec::leak(columns), key, ..*TABLES[1] }))
}

const fn column(name: &'static str, kind: Type) -> Column {
    Column { name, kind, about: "", moves: false, author: None, dates_edits: false }
}

#[tokio::test]
async fn a_snapshot_of_an_older_declaration_reads_with_the_newer_one() {
    let older =
        declared(vec![column("iam_id", Type::Text), column("old", Type::Text), column("n", Type::Text)], 1);
    let newer = declared(
        vec![
            column("group_id", Type::Text),
            column("iam_id", Type::Text),
            column("n", Type::Integer),
            column("is_new", Type::Boolean),
        ],
        2,
    );
    let mut author = Author::new().await;
    let line = |id: &'static str| Row::pack([Value::Text(id), Value::Text("x"), Value::Text("1")]);
    let rows = Rows::new(older, (0..200).map(|_| line("u1")).chain([line("u2")]).collect());
    let mut manifest = author.write(&State::default()).await;
    let entry = author.history.write(None, older, &rows, &Delta::default()).await.unwrap().unwrap();
    manifest.tables.insert(older.name.to_owned(), entry);
    author.commit(manifest.clone(), State::default()).await.unwrap();

    let read = author.history.read(&manifest, newer).await.unwrap();
    let fitted = |id: &'static str| Row::pack([Value::Null, Value::Text(id), Value::Null, Value::Null]);
    assert_eq!(read, Rows::new(newer, vec![fitted("u1"), fitted("u2")]));

    // The next run writes all rows in the new form, even if nothing changed in them.
    let entry =
        author.history.write(Some(&manifest), newer, &read, &Delta::default()).await.unwrap().unwrap();
    assert!(entry.deltas.is_empty() && entry.shape != manifest.tables[older.name].shape);
    assert_eq!(author.history.verify().await.unwrap().iter().filter(|fault| !fault.is_harmless()).count(), 0);
}

/// Declares a table as it was while statements were numbered.
fn numbered(table: &'static Table) -> &'static Table {
    let older = |column: &Column| {
        let kind = if column.name == STATEMENT { Type::Integer } else { column.kind };
        Column { kind, ..*column }
    };
    let columns = Vec::leak(table.columns.iter().map(older).collect());
    Box::leak(Box::new(Table { columns, ..*table }))
}

#[tokio::test]
async fn numbered_statements_of_old_snapshots_read_with_the_keys_that_they_have_today() {
    let mut author = Author::new().await;
    let mut manifest = author.write(&State::default()).await;
    let draft =
        |table: &'static Table, number: i64| table.draft().set("agency_id", "a").set(STATEMENT, number);
    let statements: Vec<Row> = (0..12)
        .map(|number| {
            let sid = (number == 11).then_some("last");
            draft(&TRUST_STATEMENTS, number).set("sid", sid).set("effect", "Allow").row()
        })
        .collect();
    let actions: Vec<Row> = (0..12)
        .map(|number| {
            let action = format!("action-{number}");
            draft(&TRUST_ACTIONS, number).set("position", 0).set("pattern", &action).row()
        })
        .collect();
    for (table, rows) in [(&TRUST_STATEMENTS, &statements), (&TRUST_ACTIONS, &actions)] {
        let older = numbered(table);
        let rows = Rows::new(older, rows.clone());
        let entry = author.history.write(None, older, &rows, &Delta::default()).await.unwrap().unwrap();
        manifest.tables.insert(older.name.to_owned(), entry);
    }
    author.commit(manifest.clone(), State::default()).await.unwrap();

    let all = [(TRUST_STATEMENTS.name, statements), (TRUST_ACTIONS.name, actions)];
    let today = TRUST_DOCUMENTS.with_keys(all.into());
    for table in [&TRUST_STATEMENTS, &TRUST_ACTIONS] {
        let read = author.history.read(&manifest, table).await.unwrap();
        assert_eq!(read, Rows::new(table, today[table.name].clone()));
        assert_eq!(read.len(), 12);
        assert!(read.iter().any(|row| table.text(row, STATEMENT) == Some("last")));
    }
    assert!(author.history.read(&manifest, TRUST_DOCUMENTS.conditions).await.unwrap().is_empty());
}

#[tokio::test]
async fn documents_come_back_and_are_proven() {
    let author = Author::new().await;
    let events = vec!["opened".to_owned(), "closed ü".to_owned()];
    let object = author.history.put_json(Place::Outbox(42), &events).await.unwrap();
    assert!(object.key.starts_with("outbox/00000042-") && object.key.ends_with(".json.zst"));
    assert_eq!(author.history.get_json::<Vec<String>>(&object).await.unwrap(), events);
    let error = author.history.get_json::<u64>(&object).await.unwrap_err();
    assert!(error.to_string().contains("is damaged: it does not read"), "{error}");
    let path = author.home.path().join("ibm/a1").join(&object.key);
    std::fs::write(path, "longer than it was, and other: surely not what was written there before").unwrap();
    let error = author.history.get_json::<Vec<String>>(&object).await.unwrap_err();
    assert!(error.is_damage() && error.to_string().contains(&object.key), "{error}");
}

#[tokio::test]
async fn a_document_that_unpacks_to_more_than_any_of_ours_is_refused() {
    let author = Author::new().await;
    let zeros = vec![b'0'; 16 * 1024 * 1024];
    let bomb: Vec<u8> = (0..17).flat_map(|_| zstd::bulk::compress(&zeros, 1).unwrap()).collect();
    let key = format!("findings/{}.json.zst", crate::hash::sha256(&bomb));
    let object = author.history.put_object(key, bomb.into()).await.unwrap();
    let error = author.history.get_json::<Vec<u64>>(&object).await.unwrap_err().to_string();
    assert!(error.contains("decompresses to more than any document of iamwatch"), "{error}");
}
