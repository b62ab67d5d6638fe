//! Pages that are written from declarations are what the declarations say now. `make reference` writes them anew.

use std::fs;

use model::Cloud;

use super::repository::root;

#[test]
fn the_table_reference_says_what_the_declarations_say() {
    let of_clouds = Cloud::ALL.map(|cloud| (cloud.to_string(), model::reference::markdown(cloud)));
    let derived = ("derived".to_owned(), model::reference::derived_markdown());
    for (name, now) in of_clouds.into_iter().chain([derived]) {
        let path = root().join(format!("shared/model/tables/{name}.md"));
        if std::env::var_os("IAMWATCH_WRITE").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the reference");
            fs::write(&path, &now).expect("a written reference");
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == now, "shared/model/tables/{name}.md is not up to date: run `make reference`");
    }
}
