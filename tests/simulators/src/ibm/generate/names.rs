//! Words to name things with.

pub(super) const FIRST: [&str; 24] = [
    "Ana",
    "Björn",
    "Chloé",
    "Dariusz",
    "Emeka",
    "Fatima",
    "Grace",
    "Hiroshi",
    "Ines",
    "Jonas",
    "Katarína",
    "Leo",
    "Mira",
    "Nuno",
    "Olga",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tuğba",
    "Ulla",
    "Võ",
    "Wanda",
    "Zoë",
];

pub(super) const LAST: [&str; 24] = [
    "Sousa",
    "Lindqvist",
    "Martin",
    "Wójcik",
    "Okafor",
    "El-Sayed",
    "Kim",
    "田中",
    "Müller",
    "Weber",
    "Nováková",
    "Rossi",
    "Patel",
    "Ferreira",
    "Иванова",
    "Nguyễn",
    "O'Brien",
    "García",
    "Ørsted",
    "Yılmaz",
    "Schäfer",
    "Ng",
    "Дмитренко",
    "van der Berg",
];

pub(super) const TEAMS: [&str; 12] = [
    "orders",
    "billing",
    "warehouse",
    "routing",
    "customs",
    "fleet",
    "data",
    "mobile",
    "platform",
    "security",
    "billing-é",
    "物流",
];

pub(super) const JOBS: [&str; 8] =
    ["deployer", "backup", "importer", "exporter", "metrics", "scanner", "scheduler", "proxy"];

pub(super) const REGIONS: [&str; 5] = ["eu-de", "eu-gb", "us-south", "jp-tok", "global"];

/// Folds a name into something that an address may contain.
pub(super) fn plain(name: &str) -> String {
    let folded: String = name
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            'ö' | 'ø' | 'ó' => Some('o'),
            'é' | 'ë' | 'ễ' => Some('e'),
            'í' | 'ı' => Some('i'),
            'á' | 'ä' => Some('a'),
            'ü' => Some('u'),
            'ğ' => Some('g'),
            'ñ' => Some('n'),
            other if other.is_ascii_alphanumeric() => Some(other),
            _ => None,
        })
        .collect();
    if folded.is_empty() { "tanaka".to_owned() } else { folded }
}
