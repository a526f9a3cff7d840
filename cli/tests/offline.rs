//! The command without a network: what one person does on one device.

#![allow(clippy::unwrap_used, reason = "tests may")]

use std::ffi::OsString;
use std::io::Cursor;

use baikoo_cli::{World, exit_code, run};
use baikoo_client_core::env::NativeEnv;
use serde_json::Value;
use tempfile::TempDir;

const PASSPHRASE: &str = "four words in a row";
const LANGUAGES: [&str; 6] = ["ky", "ru", "uz", "tg", "kk", "en"];

/// A device with its folder.
struct Device {
    folder: TempDir,
    passphrase: String,
    language: &'static str,
}

/// What a run left behind.
struct Ran {
    code: u8,
    out: String,
    err: String,
}

impl Device {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, passphrase: PASSPHRASE.to_owned(), language: "en" }
    }

    /// With a workspace of its own, never synced.
    fn coordinator() -> Self {
        let device = Self::new();
        device.does(&["workspace", "create", "--server", "https://example.org", "--name", "Carol"]);
        device
    }

    fn runs_with(&self, args: &[&str], input: &str) -> Ran {
        let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), Cursor::new(input.as_bytes()));
        let home = self.folder.path().join("home");
        let vars = [
            ("BAIKOO_HOME", home.to_str().unwrap()),
            ("BAIKOO_PASSPHRASE", &self.passphrase),
            ("BAIKOO_LANG", self.language),
            ("BAIKOO_TEST_KDF", "floor"),
        ];
        let mut world = World {
            out: &mut out,
            err: &mut err,
            input: &mut input,
            out_is_terminal: false,
            err_is_terminal: false,
            ask: None,
            vars: vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            width: None,
            env: || Box::new(NativeEnv),
        };
        let all = std::iter::once("baikoo").chain(args.iter().copied()).map(OsString::from);
        let code = run(all, &mut world);
        Ran { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }

    fn runs(&self, args: &[&str]) -> Ran {
        self.runs_with(args, "")
    }

    fn does(&self, args: &[&str]) -> String {
        let ran = self.runs(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }

    fn data(&self, args: &[&str]) -> Value {
        let out = self.does(&[args, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?}: {error}: {out}"))
    }

    fn fails(&self, args: &[&str], code: &str) -> String {
        let ran = self.runs(args);
        assert_eq!(ran.code, exit_code(code), "{args:?}: {}{}", ran.out, ran.err);
        ran.err
    }

    fn writes(&self, answers: &[&str]) -> String {
        let report = self.data(&[&["new"], answers].concat());
        report["id"].as_str().unwrap().to_owned()
    }
}

fn field<'a>(report: &'a Value, name: &str) -> &'a Value {
    let sections = report["sections"].as_array().unwrap().iter();
    let mut fields = sections.flat_map(|section| section["fields"].as_array().unwrap());
    fields.find(|field| field["question"] == name).unwrap_or(&Value::Null)
}

#[test]
fn a_report_is_written_found_shown_and_sent_with_no_network() {
    let carol = Device::coordinator();
    let report = carol.writes(&[
        "inc_type=clash,water",
        "place=Кок-Таш",
        "start_date=2021-04-29",
        "injured_total=25",
        "--narrative",
        "Stones were thrown.",
    ]);
    let list = carol.does(&["list"]);
    assert!(list.contains(&report[..8]) && list.contains("✎ draft") && list.contains("2021-04-29"), "{list}");
    assert!(carol.does(&["search", "stones"]).contains(&report[..8]));
    assert!(carol.does(&["search", "kok", "tash"]).contains(&report[..8]));
    assert!(!carol.does(&["search", "mudflow"]).contains(&report[..8]));

    let shown = carol.does(&["show", &report[..6]]);
    assert!(shown.contains("Stones were thrown.") && shown.contains(": 25"), "{shown}");

    carol.does(&["edit", &report[..6], "injured_total=187", "place_type="]);
    assert_eq!(carol.data(&["list", "--unread"])["total"], 0, "what one writes oneself is no news");
    let view = carol.data(&["show", &report]);
    assert_eq!(field(&view, "injured_total")["answer"]["value"], 187);

    let sent = carol.does(&["send", &report]);
    assert!(sent.contains("● on this device"), "{sent}");
    assert_eq!(carol.data(&["list", "--stage", "sent"])["total"], 1);
    assert_eq!(carol.data(&["list", "--stage", "draft"])["total"], 0);
    carol.fails(&["discard", &report], "bad_input");

    let withdrawn = carol.does(&["withdraw", &report, "--reason", "she asked for it"]);
    assert!(withdrawn.contains(&report[..8]));
    let shown = carol.does(&["show", &report]);
    assert!(shown.contains("✗ withdrawn") && shown.contains("she asked for it"), "{shown}");
    assert_eq!(carol.data(&["conflicts"]), serde_json::json!([]));
}

#[test]
fn history_tells_and_an_earlier_value_is_restored() {
    let carol = Device::coordinator();
    let report = carol.writes(&["injured_total=25"]);
    carol.does(&["edit", &report, "injured_total=26"]);
    let history = carol.data(&["history", &report]);
    let changes: Vec<&Value> =
        history.as_array().unwrap().iter().filter(|change| change["path"] == "injured_total").collect();
    assert_eq!(changes.len(), 2);
    assert_eq!((&changes[1]["old"], &changes[1]["new"]), (&"25".into(), &"26".into()));
    let first = changes[0]["change"].as_str().unwrap();
    carol.does(&["restore", &report, "injured_total", &first[..10]]);
    let view = carol.data(&["show", &report]);
    assert_eq!(field(&view, "injured_total")["text"], "25");
    assert!(carol.does(&["history", &report]).contains("26 → 25"));
}

#[test]
fn persons_are_added_changed_and_crossed_out() {
    let carol = Device::coordinator();
    let report = carol.writes(&[]);
    let added = carol.data(&["entry", "add", &report, "persons", "p_sex=female"]);
    let entry = added["entry"].as_str().unwrap();
    carol.does(&["entry", "set", &report, &format!("persons/{}", &entry[..5]), "p_role=victim"]);
    carol.does(&["edit", &report, &format!("persons/{}/p_ageband=a30_59", &entry[..5])]);
    let shown = carol.does(&["show", &report]);
    assert!(shown.contains(&format!("persons/{}", &entry[..8])), "{shown}");
    carol.does(&["entry", "remove", &report, &entry[..5], "--reason", "written twice"]);
    assert!(carol.does(&["show", &report]).contains("✗ crossed out: written twice"));
    carol.does(&["entry", "restore", &report, &entry[..5]]);
    assert!(!carol.does(&["show", &report]).contains("written twice"));
    assert_eq!(carol.runs(&["entry", "add", &report, "harm"]).code, 2);
    assert_eq!(carol.runs(&["edit", &report, "p_sex=female"]).code, 2);
    assert_eq!(carol.runs(&["entry", "add", &report, "persons", "injured_total=1"]).code, 2);
}

#[test]
fn a_template_is_written_as_a_whole_or_not_at_all() {
    let carol = Device::coordinator();
    let template = r#"{"language":"ru","answers":{"inc_type":["clash","water"],"injured_total":3,
        "narrative":"Бросали камни."},"entries":[{"section":"persons","answers":{"p_sex":"female"}}]}"#;
    let ran = carol.runs_with(&["new", "--template", "-", "--json"], template);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let id = serde_json::from_str::<Value>(&ran.out).unwrap()["id"].as_str().unwrap().to_owned();
    let view = carol.data(&["show", &id]);
    assert_eq!(view["narrative"], "Бросали камни.");
    assert_eq!(view["summary"]["language"], "ru");
    assert_eq!(field(&view, "injured_total")["answer"]["value"], 3);
    let broken = template.replace("\"female\"", "\"nobody\"");
    let ran = carol.runs_with(&["new", "--template", "-"], &broken);
    assert_eq!(ran.code, exit_code("bad_input"), "{}", ran.err);
    assert_eq!(carol.data(&["list"])["total"], 1);
}

#[test]
fn a_coordinator_asks_answers_comments_and_decides() {
    let carol = Device::coordinator();
    let report = carol.writes(&["inc_type=clash", "--send"]);
    carol.does(&["ask", &report, "How many were there?"]);
    assert!(carol.does(&["list"]).contains("? asked"));
    carol.does(&["answer", &report, "About thirty."]);
    assert!(!carol.does(&["list", "--asked"]).contains(&report[..8]));
    carol.fails(&["answer", &report, "Again."], "not_found");
    carol.does(&["comment", &report, "Compare with the other account."]);
    carol.does(&["note", &report, "For us alone."]);
    carol.does(&["review", &report, "viol_status=likely", "src_reliability=moderate"]);
    let refused = carol.fails(&["verify", &report], "bad_input");
    assert!(refused.contains("baikoo show"), "{refused}");
    carol.does(&["reject", &report, "--reason", "told by nobody who was there"]);
    let list = carol.does(&["list", "--review", "rejected"]);
    assert!(list.contains("◆ Rejected"), "{list}");
    let shown = carol.does(&["show", &report]);
    for words in ["How many were there?", "About thirty.", "For us alone.", "told by nobody"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(carol.does(&["history", "--review", &report]).contains("→"));
}

#[test]
fn a_wrong_passphrase_has_its_exit_code_and_opens_nothing() {
    let mut carol = Device::coordinator();
    carol.passphrase = "four words in another row".to_owned();
    let said = carol.fails(&["list"], "wrong_passphrase");
    assert_eq!(said.trim(), "baikoo: wrong passphrase");
    carol.passphrase.clear();
    assert_eq!(carol.runs(&["list"]).code, 2);
    carol.passphrase = "short".to_owned();
    let other = Device { folder: tempfile::tempdir().unwrap(), ..carol };
    let create = ["workspace", "create", "--server", "https://example.org", "--name", "Carol"];
    other.fails(&create, "weak_passphrase");
    other.fails(&["list"], "no_workspace");
}

#[test]
fn a_passphrase_of_a_file_is_changed_and_everything_is_wiped() {
    let mut carol = Device::coordinator();
    let file = carol.folder.path().join("new");
    std::fs::write(&file, "quite another four words\nand more\n").unwrap();
    carol.does(&["passphrase", "--new-passphrase-file", file.to_str().unwrap()]);
    carol.fails(&["me"], "wrong_passphrase");
    carol.passphrase = "wrong as well".to_owned();
    carol.does(&["me", "--passphrase-file", file.to_str().unwrap()]);
    assert_eq!(carol.runs(&["wipe"]).code, 2);
    carol.does(&["wipe", "--yes"]);
    carol.fails(&["me"], "no_workspace");
}

#[test]
fn an_invited_monitor_writes_before_any_sync() {
    let (carol, aida) = (Device::coordinator(), Device::new());
    let invited = carol.does(&["invite", "--role", "monitor", "--name", "Aida", "--hours", "24"]);
    assert!(invited.contains('█'), "{invited}");
    let link = invited.lines().find(|line| line.contains("/#join=")).unwrap();
    assert!(carol.does(&["invites"]).contains("Aida"));
    let ran = aida.runs_with(&["join", "-", "--name", "Aida"], link);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(aida.data(&["me"])["role"], "monitor");
    let report = aida.writes(&["inc_type=clash", "--send"]);
    aida.fails(&["verify", &report], "not_allowed");
    aida.fails(&["invites"], "not_allowed");
    aida.fails(&["join", link, "--name", "Aida"], "workspace_exists");
    Device::new().fails(&["join", "https://example.org/#join=x", "--name", "M"], "invite_invalid");
    assert!(aida.does(&["status"]).contains("baikoo sync"));
}

#[test]
fn recovery_sheets_are_shown_once_and_can_be_checked() {
    let device = Device::new();
    let created = device.data(&["workspace", "create", "--server", "https://example.org", "--name", "Carol"]);
    let sheets: Vec<&str> =
        created["recovery_sheets"].as_array().unwrap().iter().map(|sheet| sheet.as_str().unwrap()).collect();
    assert_eq!(sheets.len(), 3);
    device.does(&["recover", "check", sheets[0], sheets[2]]);
    let piped = format!("{}\n\n{}\n", sheets[1], sheets[2]);
    assert_eq!(device.runs_with(&["recover", "check"], &piped).code, 0);
    assert_eq!(device.runs(&["recover", "check", sheets[0]]).code, 2);
    assert_eq!(device.runs(&["recover", "check", sheets[0], "BK1-2-1-00-00-00"]).code, 2);
    device.fails(
        &["recover", "use", "--server", "https://example.org", "--workspace", "0", "--name", "C", sheets[0]],
        "workspace_exists",
    );
}

#[test]
fn a_printed_sheet_says_what_it_is_and_what_to_type() {
    for language in LANGUAGES {
        let device = Device { language, ..Device::new() };
        let printed =
            device.does(&["workspace", "create", "--server", "https://example.org", "--name", "Carol"]);
        let workspace = device.data(&["me"])["workspace"].as_str().unwrap().to_owned();
        let command =
            format!("baikoo recover use --server https://example.org --workspace {workspace} --name");
        assert_eq!(printed.matches(&command).count(), 3, "{language}: {printed}");
        assert_eq!(printed.matches("BK1-2-").count(), 3);
    }
}

#[test]
fn new_sheets_count_only_when_the_server_has_heard_of_them() {
    let carol = Device::new();
    let made = carol.data(&["workspace", "create", "--server", "http://127.0.0.1:1", "--name", "Carol"]);
    let ran = carol.runs(&["--json", "recover", "renew"]);
    assert_eq!(ran.code, exit_code("offline"));
    let renewed: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(renewed["count"], false);
    let two = |of: &Value| {
        let sheet = |at: usize| of["recovery_sheets"][at].as_str().unwrap().to_owned();
        format!("{}\n{}\n", sheet(0), sheet(1))
    };
    let check = |sheets: &str| carol.runs_with(&["recover", "check", "--here"], sheets).code;
    assert_eq!(check(&two(&made)), 0);
    assert_eq!(check(&two(&renewed)), exit_code("recovery_invalid"));
    let said = carol.runs(&["recover", "renew"]).out;
    assert_eq!(said.matches("baikoo recover use --server").count(), 3);
    assert!(said.contains("Keep the old ones as well"), "{said}");
}

#[test]
fn sheets_that_cannot_be_used_leave_nothing_behind() {
    let carol = Device::new();
    let created = carol.data(&["workspace", "create", "--server", "https://example.org", "--name", "Carol"]);
    let sheet = |at: usize| created["recovery_sheets"][at].as_str().unwrap().to_owned();
    let workspace = created["me"]["workspace"].as_str().unwrap();
    let device = Device::new();
    let uses = |server: &str, workspace: &str, sheets: &str| {
        let args = ["recover", "use", "--server", server, "--workspace", workspace, "--name", "Carol"];
        device.runs_with(&args, sheets).code
    };
    let both = format!("{}\n{}\n", sheet(0), sheet(2));
    assert_eq!(uses("https://example.org", workspace, &sheet(0)), 2, "one sheet");
    assert_eq!(uses("https://example.org", "12 34", &both), exit_code("bad_input"));
    assert_eq!(uses("example.org", workspace, &both), exit_code("bad_input"));
    assert_eq!(device.runs(&["me"]).code, exit_code("no_workspace"));
    // Where nobody answers, it is kept, to be tried again.
    assert_eq!(uses("http://127.0.0.1:1", workspace, &both), exit_code("offline"));
    assert_eq!(device.data(&["me"])["role"], "coordinator");
    assert_eq!(uses("http://127.0.0.1:1", workspace, &both), exit_code("workspace_exists"));
}

#[test]
fn samples_are_imported_exported_and_built_again() {
    let carol = Device::coordinator();
    let imported = carol.data(&["import-samples", "--reporter", "B", "--limit", "3", "--send"]);
    assert_eq!(imported["reports"].as_array().unwrap().len(), 3);
    let before = carol.data(&["list"]);
    assert_eq!(before["total"], 3);
    carol.does(&["rebuild"]);
    assert_eq!(carol.data(&["list"])["reports"], before["reports"]);
    carol.does(&["rebuild", "--lists"]);
    assert_eq!(carol.data(&["list"])["total"], 3);

    let csv = carol.does(&["export", "--format", "csv"]);
    assert!(csv.starts_with('\u{feff}') && csv.lines().count() >= 5, "{csv}");
    let map: Value = serde_json::from_str(&carol.does(&["export", "--format", "geojson"])).unwrap();
    assert_eq!(map["features"].as_array().unwrap().len(), 3);
    let file = carol.folder.path().join("all.json");
    // Whoever could read the file that was there can't read this one.
    #[cfg(unix)]
    let mode = || std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    #[cfg(unix)]
    {
        std::fs::write(&file, "").unwrap();
        let everybodys = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&file, everybodys).unwrap();
    }
    carol.does(&["export", "--format", "json", "--out", file.to_str().unwrap()]);
    #[cfg(unix)]
    assert_eq!(mode() & 0o777, 0o600);
    let all: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(all["reports"].as_array().unwrap().len(), 3);
}

#[test]
fn what_people_write_cannot_act_on_the_terminal() {
    let carol = Device::coordinator();
    let wild = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}drow\r\u{8}end";
    let report = carol.writes(&["inc_type=other", &format!("inc_other={wild}"), "--narrative", wild]);
    carol.does(&["comment", &report, wild]);
    carol.does(&["entry", "add", &report, "persons", &format!("p_name={wild}")]);
    carol.does(&["edit", &report, "inc_other=tame"]);
    let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    for args in [
        &["list"][..],
        &["show", &report],
        &["history", &report],
        &["search", "drow"],
        &["show", &report, "--json"],
        &["list", "--json"],
        &["history", &report, "--json"],
    ] {
        let out = carol.does(args);
        assert!(!out.contains(acts), "{args:?}: {out:?}");
        assert!(!args.contains(&"show") || out.contains("drow"), "{args:?}: {out}");
    }
    assert_eq!(carol.data(&["show", &report])["narrative"], wild);
}

#[test]
fn six_languages_say_words_and_never_keys() {
    let mut carol = Device::coordinator();
    let report = carol.writes(&["inc_type=clash", "--narrative", "Ташы учту"]);
    carol.does(&["ask", &report, "Канча?"]);
    let mut said = std::collections::BTreeSet::new();
    for language in LANGUAGES {
        carol.language = language;
        for args in [
            &["list"][..],
            &["show", &report],
            &["history", &report],
            &["status"],
            &["me"],
            &["members"],
            &["invites"],
            &["quarantine"],
            &["conflicts"],
            &["form", "where"],
            &["form", "inc_type"],
            &["place", "Кок-Таш"],
            &["edit", &report, "injured_total=3"],
            &["list", "--limit", "0", "--unread"],
        ] {
            let out = carol.does(args);
            assert!(!out.trim().is_empty(), "{language} {args:?} is blank");
            for family in ["column.", "status.", "show.", "mark.", "done.", "hint.", "state.", "delivery."] {
                assert!(!out.contains(family), "{language} {args:?} says a key: {out}");
            }
            assert!(!out.contains('{') && !out.contains('}'), "{language} {args:?}: {out}");
            for bare in ["form_version ", "sent_at ", "  stage ", "  talk "] {
                assert!(!out.contains(bare), "{language} {args:?} has no words for {bare}");
            }
        }
        said.insert(carol.does(&["list"]).lines().nth(1).unwrap().to_owned());
        let failure = carol.fails(&["show", "ffff"], "not_found");
        assert!(!failure.contains("error.") && !failure.contains("what."), "{failure}");
        let failure = carol.fails(&["edit", &report, "injured_total=many"], "bad_input");
        assert!(failure.contains("injured_total") && !failure.contains("answer."), "{failure}");
    }
    assert_eq!(said.len(), LANGUAGES.len(), "{said:?}");
}

#[test]
fn errors_are_data_when_a_program_asks() {
    let carol = Device::coordinator();
    let error: Value = serde_json::from_str(&carol.fails(&["show", "ffff", "--json"], "not_found")).unwrap();
    assert_eq!(error["error"]["code"], "not_found");
    let first = carol.writes(&[]);
    let mut second = carol.writes(&[]);
    while second[..1] != first[..1] {
        second = carol.writes(&[]);
    }
    let ambiguous = carol.runs(&["show", &first[..1]]);
    assert_eq!(ambiguous.code, 2, "{}", ambiguous.err);
    carol.does(&["discard", &second]);
}
