//! The views, as UniFFI wants them told: the same structs once more, under `uniffi::remote`. They are
//! copied from the core's source, words and all, so that there is one definition; the compiler sees
//! to the rest. `BAIKOO_BLESS=1` writes the file anew.

use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "//! The core's views, told to UniFFI. Copied from the core's source by the test\n\
    //! `the_native_faces_know_these_views`; not to be edited.\n\n";

/// Where the types stand, and what they are called in other languages if not the same.
const VIEWS: &[(&str, &str, &[&str])] = &[
    ("protocol/src/membership/entry.rs", "protocol::membership", &["Role", "RevokeReason"]),
    ("client-core/src/form/labels.rs", "form::labels", &["Language"]),
    ("client-core/src/form/answer.rs", "form::answer", &["Answer", "TimeAnswer", "PlaceAnswer"]),
    ("client-core/src/form/definition.rs", "form::definition", &["Kind=QuestionKind", "Stage=QuestionStage"]),
    ("client-core/src/report/schema.rs", "report", &["TextName"]),
    ("client-core/src/export/mod.rs", "export", &["Format"]),
    ("client-core/src/error.rs", "error", &["ClientError"]),
    (
        "client-core/src/view/mod.rs",
        "view",
        &[
            "Delivery",
            "Author",
            "ReportSummary",
            "VersionView",
            "FieldView",
            "EntryView",
            "SectionView",
            "TalkView",
            "HintView",
            "SpanView",
            "ReportView",
            "ConflictsView",
            "ReviewView",
            "HistoryView",
            "QuarantinedView",
            "SyncView",
        ],
    ),
    ("client-core/src/view/people.rs", "view", &["SheetsStanding", "DeviceView", "InviteView", "Me"]),
    ("client-core/src/view/list.rs", "view", &["Filter", "ReportList"]),
    (
        "client-core/src/client/labels.rs",
        "client",
        &["FormView", "FormSectionView", "QuestionView", "ChoiceView", "PlaceView"],
    ),
    ("client-core/src/member/invitation.rs", "member", &["MadeInvitation"]),
    ("client-core/src/client/reports.rs", "client", &["Put"]),
    ("client-core/src/sync/driver.rs", "sync::driver", &["Surroundings", "Network"]),
];

/// Names that would say nothing outside their module.
fn renamed(text: &str) -> String {
    text.replace(": Kind,", ": QuestionKind,").replace(": Stage,", ": QuestionStage,")
}

#[test]
fn the_native_faces_know_these_views() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in a folder of the project");
    let (mut imports, mut items) = (String::new(), String::new());
    for (file, module, names) in VIEWS {
        let source = fs::read_to_string(root.join(file)).expect("the core's source");
        for name in *names {
            let (original, name) = name.split_once('=').unwrap_or((name, name));
            let alias = if original == name { String::new() } else { format!(" as {name}") };
            imports.push_str(&format!("use baikoo_client_core::{module}::{original}{alias};\n"));
            items.push_str(&renamed(&told(&source, original, name)));
        }
    }
    let wanted = format!("{HEAD}use std::collections::BTreeSet;\n\n{IDS}{imports}{items}");
    let path: PathBuf = root.join("ffi/src/native/views.rs");
    let formatted = format_rust(&wanted);
    if std::env::var_os("BAIKOO_BLESS").is_some() {
        fs::write(&path, &formatted).expect("the tree can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, formatted, "run the test with BAIKOO_BLESS=1, and let the other languages follow");
}

const IDS: &str = "use baikoo_client_core::form::answer::DateAnswer;\n\
    use baikoo_client_core::protocol::id::{DeviceId, MemberId, StreamId};\n\
    use baikoo_client_core::report::Path;\n";

/// One item, without what is for others: serde's and TypeScript's attributes, and methods.
fn told(source: &str, original: &str, name: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let heads = [format!("pub struct {original} {{"), format!("pub enum {original} {{")];
    let head = lines.iter().position(|line| heads.contains(&(*line).to_owned())).expect("the type is there");
    let begin = lines[..head].iter().rposition(|line| line.is_empty()).expect("a line between items") + 1;
    let end = head + lines[head..].iter().position(|line| *line == "}").expect("an item ends");
    let is_enum = lines[head].starts_with("pub enum");
    let has_defaults = lines[begin..head].contains(&"#[serde(default)]");
    let mut text = String::from("\n");
    for (place, line) in (begin..=end).zip(&lines[begin..=end]) {
        let line = line.trim();
        if place == head {
            text.push_str(match (is_enum, name) {
                // Causes stay inside: others see the variant and the message.
                (true, "ClientError") => "#[uniffi::remote(Error)]\n#[uniffi(flat_error)]\n",
                (true, _) => "#[uniffi::remote(Enum)]\n",
                (false, _) => "#[uniffi::remote(Record)]\n",
            });
            text.push_str(&line.replace(original, name));
        } else if line.starts_with("#[serde(default") && place > head {
            text.push_str("#[uniffi(default)]");
        } else if line.starts_with("#[") {
            continue;
        } else {
            if has_defaults && line.starts_with("pub ") {
                text.push_str("#[uniffi(default)]\n");
            }
            let line = without_attributes(line);
            let bare = name == "ClientError" && line.ends_with("),");
            let line = if bare { line.split('(').next().unwrap_or_default().to_owned() + "," } else { line };
            text.push_str(&line);
        }
        text.push('\n');
    }
    text
}

/// `Integer(#[cfg_attr(…)] i64)` is `Integer(i64)`.
fn without_attributes(line: &str) -> String {
    match line.split_once("(#[") {
        Some((before, rest)) if !line.starts_with("///") => {
            let kept = rest.split_once("] ").map_or(rest, |(_, kept)| kept);
            format!("{before}({kept}")
        }
        _ => line.to_owned(),
    }
}

fn format_rust(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("views.rs");
    fs::write(&path, text).expect("a file");
    let config =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in a folder of the project");
    let done = std::process::Command::new("rustfmt")
        .arg("--config-path")
        .arg(config)
        .arg(&path)
        .status()
        .expect("rustfmt runs");
    assert!(done.success());
    fs::read_to_string(&path).expect("the file")
}
