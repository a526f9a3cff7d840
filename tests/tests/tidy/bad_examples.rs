//! Each rule complains when it is broken, and is quiet when it is not.

use super::crates::{Tree, depends_on};
use super::papers::{dead_links, glossary, missing, missing_routes, other_names};
use super::rules::{self, Only};
use super::rust::{code, orphans};
use super::tree::File;
use super::{LONG, ONLY};

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn complaints(path: &str, text: &str) -> Vec<String> {
    let files = [file(path, text)];
    ONLY.iter().flat_map(|only: &Only| only.complaints(&files)).collect()
}

#[test]
fn a_name_in_the_wrong_folder_is_found() {
    for (path, text) in [
        ("client-core/src/client/show.rs", "use automerge::ReadDoc;"),
        ("server/src/sync/mod.rs", "fn open() { chacha20poly1305::open() }"),
        ("client-core/src/sync/apply.rs", "use hpke::Kem;"),
        ("client-core/src/store/mod.rs", "use ed25519_dalek::Signer;"),
        ("server/src/routes/sync.rs", "let row = rusqlite::Row::new();"),
        ("client-core/src/sync/engine.rs", "use reqwest::Client;"),
        ("client-core/src/sync/engine.rs", "pub async fn handle() {}"),
        ("client-core/src/client/mod.rs", "future.await"),
        ("protocol/src/frame.rs", "use std::fs::File;"),
        ("client-core/src/error.rs", "println!(\"{secret}\");"),
        ("cli/src/main.rs", "todo!()"),
        ("tests/stories/one.rs", "#[ignore = \"later\"]\nfn a_story() {}"),
    ] {
        assert_eq!(complaints(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn a_name_in_its_own_folder_or_in_a_comment_is_not() {
    for (path, text) in [
        ("client-core/src/report/document/edit.rs", "use automerge::ReadDoc;"),
        ("client-core/src/crypto/seal.rs", "use hpke::Kem;"),
        ("client-core/src/store/log.rs", "use rusqlite::Row;"),
        ("server/src/store/sqlite/mod.rs", "use rusqlite::Row;"),
        ("client-core/src/transport/http.rs", "async fn send() { reqwest::get().await }"),
        ("client-core/src/client/mod.rs", "// use automerge::ReadDoc;\n/* todo!() */ let x = \"hpke::\";"),
        ("server/src/tls.rs", "use axum::Router;"),
    ] {
        assert_eq!(complaints(path, text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let text = "a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \" j\"# 'k' '\\'' &'l m";
    assert_eq!(
        code(text, false).split_whitespace().collect::<Vec<_>>(),
        ["a", "e", "'k'", "'\\''", "&'l", "m"]
    );
    assert!(code(text, true).contains("i \" j"));
}

#[test]
fn a_server_that_could_decrypt_is_found() {
    let tree = Tree::read("baikoo-server", "baikoo-server v0.1.0\naxum v0.8.9\nhpke v0.15.1\n");
    assert_eq!(depends_on(&tree, &["hpke", "automerge"]), ["baikoo-server depends on hpke"]);
}

#[test]
fn a_package_without_the_lints_is_found() {
    let bad = file("cli/Cargo.toml", "[package]\nedition.workspace = true\n");
    assert!(rules::lacks_lints(&bad).is_some());
    assert!(rules::lacks_lints(&file("Cargo.toml", "[workspace]")).is_none());
}

#[test]
fn a_file_that_no_module_leads_to_is_found() {
    let files = [
        file(
            "cli/src/lib.rs",
            "macro_rules! all { ($($file:ident),*) => { $(mod $file;)* } }\nall! {\n    list::List,\n}",
        ),
        file("cli/src/list.rs", ""),
        file("cli/src/main.rs", "mod show;\n#[cfg(test)]\n#[path = \"odd_tests.rs\"]\nmod tests;"),
        file("cli/src/show.rs", "pub(crate) mod part;"),
        file("cli/src/show/part.rs", ""),
        file("cli/src/odd_tests.rs", ""),
        file("cli/src/dead.rs", "mod part;"),
        file("cli/tests/story.rs", ""),
    ];
    assert_eq!(orphans(&files), ["cli/src/dead.rs: no `mod` leads here"]);
}

#[test]
fn a_column_that_nobody_explains_is_found() {
    let schema = file(
        "a.sql",
        "create table one (\n  id integer primary key, -- what\n  name text not null,\n  primary key (id)\n) strict;\n\
         create table two (\n  id integer -- \n);",
    );
    assert_eq!(rules::columns_without_comment(&schema), ["a.sql:3: `one.name` has no comment"]);
    assert_eq!(rules::tables(&schema).into_iter().collect::<Vec<_>>(), ["id", "name", "one", "two"]);
}

#[test]
fn a_long_file_is_found_and_an_exception_has_an_end() {
    let (path, most, _) = LONG[0];
    assert!(rules::too_long(&file("cli/src/main.rs", &"\n".repeat(501)), LONG).is_some());
    assert!(rules::too_long(&file(path, &"\n".repeat(most)), LONG).is_none());
    assert!(rules::too_long(&file(path, &"\n".repeat(most + 1)), LONG).is_some());
    assert_eq!(rules::no_longer_long(&[file(path, "")], LONG).len(), LONG.len());
}

#[test]
fn a_place_on_one_machine_is_found() {
    let path = ["/wo", "rk/w"].concat();
    assert_eq!(rules::machine_paths(&file("README.md", &format!("run it in {path}"))).len(), 1);
    assert!(rules::machine_paths(&file("README.md", "teamwork/networks")).is_empty());
}

#[test]
fn a_route_that_nobody_wrote_down_is_found() {
    let router = file(
        "server/src/router.rs",
        "Router::new().route(\"/v1/{id}/sync\", post(sync)).route(\"/healthz\", get(ok))\n\
         #[cfg(test)] mod tests { const NOT: &str = \"/v1/nowhere\"; }",
    );
    let routes = rules::routes(&[router]);
    assert_eq!(routes.len(), 2);
    let page = file("docs/PROTOCOL.md", "`POST /v1/{workspace}/sync`");
    assert_eq!(missing_routes(&routes, &page), ["docs/PROTOCOL.md: does not have the route /healthz"]);
}

#[test]
fn what_a_page_leaves_out_is_found() {
    let page = file("docs/PROTOCOL.md", "| 1 | `malformed` | 400 |");
    let wanted = ["| 1 | `malformed` | 400 |".to_owned(), "`gap`".to_owned()];
    assert_eq!(missing(&page, &wanted), ["docs/PROTOCOL.md: does not have `gap`"]);
    let source = file("x.rs", "Hash::of(\"baikoo v1 thing\", &[]); // \"baikoo v1 comment\"");
    assert_eq!(rules::domains(&[source]).into_iter().collect::<Vec<_>>(), ["baikoo v1 thing"]);
    let limits = file("limits.rs", "/// Why.\npub const FRAME_BYTES_MAX: usize = 1;\nconst OWN: u8 = 1;");
    assert_eq!(rules::constants(&limits), ["FRAME_BYTES_MAX"]);
}

#[test]
fn a_second_name_for_a_thing_is_found() {
    let page = file("docs/GLOSSARY.md", "| **workspace** | all that a group has together | tenant, team |\n");
    let terms = glossary(&page);
    assert_eq!(terms.len(), 1);
    let files = [file("a.rs", "struct TenantId; // a team"), file("b.rs", "fn workspace_of() {}")];
    assert_eq!(other_names(&terms, &files), ["a.rs: says `tenant` for what is called `workspace`"]);
}

#[test]
fn a_dead_link_is_found() {
    let page =
        file("docs/DATA.md", "[one](PROTOCOL.md#seals) [two](../GONE.md) [three](https://example.org)");
    let exists = |path: &str| path == "docs/PROTOCOL.md";
    assert_eq!(dead_links(&page, &exists), ["docs/DATA.md: the link to ../GONE.md leads nowhere"]);
}
