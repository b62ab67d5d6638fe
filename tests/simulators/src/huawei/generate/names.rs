//! Words to name things with.

pub(super) const GIVEN: [&str; 24] = [
    "amara", "bo", "carla", "dmitri", "élodie", "farid", "gita", "hao", "ioana", "joão", "kwame", "lin",
    "mei", "noor", "oksana", "priya", "rui", "sven", "tomasz", "umut", "vera", "wei", "yuki", "zoé",
];

pub(super) const FAMILY: [&str; 20] = [
    "almeida",
    "bianchi",
    "chen",
    "diallo",
    "eriksen",
    "fofana",
    "gupta",
    "haddad",
    "ito",
    "jankowski",
    "kaya",
    "lópez",
    "mendes",
    "nowak",
    "olsson",
    "pinto",
    "raman",
    "sato",
    "wang",
    "zhang",
];

/// What some people are called outright; the last one has a space.
pub(super) const OTHER_SCRIPTS: [&str; 6] = ["李娜", "王小明", "Наталья", "김민준", "さくら", "Ana Sofia"];

pub(super) const TEAMS: [&str; 14] = [
    "inverters",
    "panels",
    "storage",
    "grid",
    "billing",
    "field",
    "data",
    "mobile",
    "platform",
    "security",
    "support",
    "zoé-pilot",
    "运维",
    "Lager Süd",
];

pub(super) const JOBS: [&str; 10] =
    ["deploy", "backup", "metrics", "import", "export", "scan", "schedule", "replicate", "alarm", "archive"];

/// Region and the name that people read.
pub(super) const REGIONS: [(&str, &str); 5] = [
    ("ap-southeast-1", "中国-香港"),
    ("ap-southeast-3", "AP-Singapore"),
    ("sa-brazil-1", "LA-Sao Paulo1"),
    ("cn-north-4", "华北-北京四"),
    ("af-south-1", "AF-Johannesburg"),
];
