//! Who gained and lost what in which week: written down by hand, from what the weeks do to the companies.

use std::collections::BTreeSet;

use super::{Told, story::Chapter};

/// Steps that say how something is reached; the others say where in it.
const WAYS: [&str; 6] = ["access group", "group", "policy", "role", "agency", "trusted profile"];

fn join(names: BTreeSet<String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Returns a line for each change: what happened, to whom, and by which ways, with whose a way is where not all have it.
fn told(chapter: &Chapter) -> Vec<String> {
    let lines = chapter.access.changes.iter().map(|change| {
        let turn = serde_json::json!(change.turn);
        let whom: BTreeSet<String> = change.principals.iter().map(|who| who.step.to_string()).collect();
        let ways: BTreeSet<String> = change
            .grants
            .iter()
            .map(|grant| {
                let steps = grant.path.iter().filter(|step| WAYS.contains(&step.kind));
                let way = steps.map(ToString::to_string).collect::<Vec<_>>().join(" → ");
                let only: BTreeSet<String> = grant.only.iter().map(ToString::to_string).collect();
                if only.is_empty() { way } else { format!("{way} (only {})", join(only)) }
            })
            .collect();
        format!("{}: {}: {}", turn.as_str().expect("a word"), join(whom), join(ways))
    });
    lines.collect()
}

fn are<'a>(chapters: impl IntoIterator<Item = &'a Chapter>, expected: &[(&str, &[&str])]) {
    for chapter in chapters {
        let found = expected.iter().find(|(title, _)| *title == chapter.week.title);
        let lines = found.map_or(&[][..], |(_, lines)| *lines);
        assert_eq!(told(chapter), lines, "{}", chapter.week.title);
    }
}

pub fn on_ibm_cloud(told: &Told) {
    are(
        &told.chapters,
        &[
            (
                "two people join",
                &[
                    "gained: user mira.patel@lindqvist-freight.example, user nuno.ferreira@lindqvist-freight.example: \
                   access group developers → policy 6d515788-0f79-971f-0e1a-a6ac4903fb33 → role Reader, \
                   access group developers → policy 6d515788-0f79-971f-0e1a-a6ac4903fb33 → role Viewer, \
                   access group developers → policy Developers look into the order database → role Reader, \
                   access group developers → policy Developers look into the order database → role Viewer, \
                   access group developers → policy Developers work in staging → role Editor, \
                   access group developers → policy Developers work in staging → role Writer, \
                   access group developers → policy e48b2618-4613-fb9f-fa61-9f40a5a17bb6 → role Viewer",
                ],
            ),
            (
                "an administrator is made at night",
                &["gained: service ID ci-deployer: policy temporary, for the migration → role Administrator"],
            ),
            // The group as it is by then: the two who joined are in it, and the one who is to leave.
            (
                "a policy grows, an instance goes",
                // What was held before by other policies differs, and so does what is new. A Viewer may read the roles of a
                // service, and an Editor may not; one of them audits all services.
                &[
                    "gained: service ID ci-deployer, user chloe.martin@lindqvist-freight.example, \
                     user dariusz.wojcik@lindqvist-freight.example, user fatima.elsayed@lindqvist-freight.example, \
                     user hiroshi.tanaka@lindqvist-freight.example, user mira.patel@lindqvist-freight.example, \
                     user nuno.ferreira@lindqvist-freight.example: \
                     access group developers → policy Developers look into the order database → role Editor (only service ID ci-deployer), \
                     access group developers → policy Developers look into the order database → role Editor (only user chloe.martin@lindqvist-freight.example, \
                     user dariusz.wojcik@lindqvist-freight.example, user fatima.elsayed@lindqvist-freight.example, \
                     user mira.patel@lindqvist-freight.example, user nuno.ferreira@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Editor (only user dariusz.wojcik@lindqvist-freight.example, \
                     user mira.patel@lindqvist-freight.example, user nuno.ferreira@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Editor (only user fatima.elsayed@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Editor (only user hiroshi.tanaka@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Writer (only service ID ci-deployer, \
                     user chloe.martin@lindqvist-freight.example, user dariusz.wojcik@lindqvist-freight.example, \
                     user fatima.elsayed@lindqvist-freight.example, user mira.patel@lindqvist-freight.example, \
                     user nuno.ferreira@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Writer (only service ID ci-deployer, \
                     user dariusz.wojcik@lindqvist-freight.example, user mira.patel@lindqvist-freight.example, \
                     user nuno.ferreira@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Writer (only user fatima.elsayed@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Writer (only user hiroshi.tanaka@lindqvist-freight.example)",
                    "lost: service ID ci-deployer, user dariusz.wojcik@lindqvist-freight.example, \
                     user fatima.elsayed@lindqvist-freight.example, user hiroshi.tanaka@lindqvist-freight.example, \
                     user mira.patel@lindqvist-freight.example, user nuno.ferreira@lindqvist-freight.example: \
                     access group developers → policy Developers look into the order database → role Viewer (only service ID ci-deployer), \
                     access group developers → policy Developers look into the order database → role Viewer (only user dariusz.wojcik@lindqvist-freight.example, \
                     user hiroshi.tanaka@lindqvist-freight.example, user mira.patel@lindqvist-freight.example, \
                     user nuno.ferreira@lindqvist-freight.example), \
                     access group developers → policy Developers look into the order database → role Viewer (only user fatima.elsayed@lindqvist-freight.example)",
                ],
            ),
            (
                "someone leaves, a key is rotated",
                &["lost: user dariusz.wojcik@lindqvist-freight.example: \
                   access group developers → policy 6d515788-0f79-971f-0e1a-a6ac4903fb33 → role Reader, \
                   access group developers → policy 6d515788-0f79-971f-0e1a-a6ac4903fb33 → role Viewer, \
                   access group developers → policy Developers look into the order database → role Editor, \
                   access group developers → policy Developers look into the order database → role Writer, \
                   access group developers → policy Developers work in staging → role Editor, \
                   access group developers → policy Developers work in staging → role Writer, \
                   access group developers → policy e48b2618-4613-fb9f-fa61-9f40a5a17bb6 → role Viewer, policy While the cluster was being set up → role Administrator"],
            ),
            // The group is made anew with the same members and policies: nobody gains by that.
            (
                "the grant is taken back, groups are tidied",
                &[
                    "lost: service ID ci-deployer: policy temporary, for the migration → role Administrator",
                    "rerouted: user fatima.elsayed@lindqvist-freight.example, user jonas.weber@lindqvist-freight.example, \
                     user katarina.novakova@lindqvist-freight.example: \
                     access group data-analysts → policy 322f4a65-09ad-d816-1c43-5aa474785600 → role Object Reader, \
                     access group data-analysts → policy 62363d28-6a14-b60e-3fae-64d8576d8199 → role Reader, \
                     access group data-analysts → policy 9d4e4bc8-9d64-3ae2-09eb-fd1c2c1e4044 → role Viewer",
                ],
            ),
            // The rights that come back are new policies that give what the former ones gave.
            (
                "the auditor sees again",
                &[
                    "rerouted: service ID iamwatch-collector: \
                     policy 41c900f5-2238-73ed-6b64-2184527258b7 → role Viewer, \
                     policy bcbef287-35b2-2de1-0d5e-82a14eecbfed → role Viewer",
                    "rerouted: trusted profile iamwatch-auditor: \
                     policy 56f8b5ee-9c84-ffb1-1c5c-50d3bf9bbee1 → role Viewer, \
                     policy 7fc16714-b54e-f161-a033-8c51853cecad → role Viewer",
                ],
            ),
        ],
    );
}

pub fn on_huawei_cloud(told_of: &Told) {
    let line = "the auditor sees again, the organization draws a line";
    let expected: [(&str, &[&str]); 5] = [
        (
            "someone joins a group",
            &["gained: user noor.haddad: group developers → policy Firmware, \
               group developers → policy RDSReadOnlyPolicy, group developers → policy Rollout, \
               group developers → role ECS ReadOnlyAccess, group developers → role OBS OperateAccess"],
        ),
        // The policy is that of a group, and a mapping puts federated users into the group.
        (
            "a policy grows at night",
            &[
                // Who held the keys of machines besides gained less.
                "widened: mapping federated users by mapping installers, user backup-bot, user carla.mendes, \
                 user lin.mei, user sven.olsson: \
                 group operators → policy ReviewOfIdentities (only mapping federated users by mapping installers), \
                 group operators → policy ReviewOfIdentities (only user backup-bot, user carla.mendes, user lin.mei, \
                 user sven.olsson), group operators → policy ReviewOfIdentities (only user backup-bot, user lin.mei, \
                 user sven.olsson), group operators → policy ReviewOfIdentities (only user carla.mendes)",
            ],
        ),
        // Who may assume any agency had to show a second factor for this one, and need not any more.
        (
            "an administrator is made, an agency is opened",
            &[
                "gained: user carla.mendes: agency break-glass, policy AdministratorAccessPolicy",
                "gained: account bad0c0de1e5511e5bad0c0de1e5511e5, user amara.diallo, user baia-solar, user joão.pinto, \
                 user zhang.wei: \
                 agency break-glass (only account bad0c0de1e5511e5bad0c0de1e5511e5), \
                 agency break-glass (only user amara.diallo, user baia-solar, user joão.pinto, user zhang.wei)",
            ],
        ),
        (
            "someone leaves, a key is made",
            &["lost: user sven.olsson: group operators → policy Parks, \
               group operators → policy ReviewOfIdentities, group operators → role Become the installer, \
               group operators → role Parks without deleting, group operators → role Server Administrator"],
        ),
        (
            "a policy moves, an administrator loses the second factor",
            &["rerouted: user tomasz.nowak, user 李娜: group data-analysts-readers → policy Telemetry"],
        ),
    ];
    are(told_of.chapters.iter().filter(|chapter| chapter.week.title != line), &expected);
    the_control_only_takes(told_of.chapter(line));
}

/// Whoever could make users or keys of users cannot any more; the root user and other accounts are out of its reach.
fn the_control_only_takes(chapter: &Chapter) {
    let lines = told(chapter);
    assert!(lines.iter().all(|line| line.starts_with("narrowed: ")), "{lines:#?}");
    let losers: BTreeSet<String> = chapter
        .access
        .changes
        .iter()
        .flat_map(|change| &change.principals)
        .map(|who| who.step.to_string())
        .collect();
    let expected = [
        "agency break-glass",
        "mapping federated users by mapping installers",
        "user amara.diallo",
        "user backup-bot",
        "user baia-solar",
        "user carla.mendes",
        "user lin.mei",
        "user priya.raman",
        "user zhang.wei",
    ];
    assert_eq!(losers, expected.map(str::to_owned).into());
}
