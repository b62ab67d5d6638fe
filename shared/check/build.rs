//! Embeds the rules, their cases and the views, found by folder, so that no list is kept by hand.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    for (name, folder, endings) in
        [("RULES", "rules", &["sql", "cases.toml"][..]), ("VIEWS", "views", &["sql"][..])]
    {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        find(&root.join(folder), endings, &mut files)?;
        files.sort();
        writeln!(code, "pub(crate) static {name}: &[(&str, &str)] = &[")?;
        for file in files {
            let short = file.strip_prefix(root.join(folder))?.to_string_lossy().replace('\\', "/");
            writeln!(code, "    ({short:?}, include_str!({:?})),", file.to_string_lossy())?;
        }
        writeln!(code, "];")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

fn find(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Editors and desktops leave files and links whose names begin with a dot.
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            find(&path, endings, files)?;
        } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            files.push(path);
        }
    }
    Ok(())
}
