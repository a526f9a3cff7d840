//! The architecture as a test: what each folder must never do, and what the documents must say.
//!
//! Each rule is a pure function over the files of the tree ([`rules`], [`papers`]), and each is
//! shown in [`bad_examples`] to complain when it is broken.

#[path = "tidy/bad_examples.rs"]
mod bad_examples;
#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/papers.rs"]
mod papers;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/tree.rs"]
mod tree;

use baikoo_client_core::error::ClientError;
use baikoo_protocol::refusal::Refusal;

use crates::{Tree, depends_on};
use rules::Only;
use tree::File;

/// Where a crate or a keyword may be named, and nowhere else. A path that ends in `/` is a folder.
const ONLY: &[Only] = &[
    Only {
        what: "Automerge",
        within: &["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/"],
        names: &["automerge::"],
        allowed: &["client-core/src/report/document/", "client-core/src/report/tests/"],
    },
    Only {
        what: "a cipher",
        within: &["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/", "tests/"],
        names: &["chacha20poly1305::", "hpke::", "argon2::", "blahaj::", "aead::", "x25519_dalek::"],
        allowed: &["client-core/src/crypto/"],
    },
    Only {
        what: "Ed25519",
        within: &["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/"],
        names: &["ed25519_dalek::"],
        // The server and the protocol sign in their own tests alone.
        allowed: &[
            "client-core/src/crypto/",
            "protocol/src/signature.rs",
            "protocol/tests/",
            "server/src/testing.rs",
        ],
    },
    Only {
        what: "SQLite",
        within: &["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/"],
        names: &["rusqlite::"],
        // The server's tests damage databases by hand.
        allowed: &["client-core/src/store/", "server/src/store/sqlite/", "server/tests/"],
    },
    Only {
        what: "HTTP",
        within: &["protocol/", "client-core/", "ffi/"],
        names: &["reqwest::", "hyper::", "axum::", "http::"],
        allowed: &["client-core/src/transport/"],
    },
    Only {
        what: "waiting",
        within: &["protocol/", "client-core/"],
        names: &["async fn", "async move", "async {", ".await"],
        allowed: &["client-core/src/sync/driver.rs", "client-core/src/transport/"],
    },
    Only {
        what: "files, sockets, processes and clocks",
        within: &["protocol/src/"],
        names: &["std::fs", "std::net", "std::io", "std::env", "std::process", "std::thread", "std::time"],
        allowed: &[],
    },
    Only {
        what: "the terminal",
        within: &["protocol/src/", "client-core/src/", "server/src/"],
        names: &["println!", "eprintln!", "dbg!"],
        allowed: &["server/src/main.rs", "client-core/src/report/tests/"],
    },
    Only {
        what: "unfinished work",
        within: &["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/", "tests/", "xtask/"],
        names: &["todo!", "unimplemented!", "#[ignore"],
        allowed: &[],
    },
];

/// Files that are longer than they should be: the most lines, and why they are one file.
const LONG: &[(&str, usize, &str)] = &[
    ("server/tests/sync.rs", 600, "one call, told case by case"),
    ("ffi/src/native/views.rs", 1_200, "copied from the core's source by a test, and read there"),
];

/// What can open, seal or read a document.
const READERS: &[&str] =
    &["automerge", "chacha20poly1305", "chacha20", "aes", "aes-gcm", "hpke", "argon2", "aead", "blahaj"];

#[test]
fn each_folder_names_only_what_is_its_own() {
    let files = tree::rust();
    rules::none(ONLY.iter().flat_map(|only| only.complaints(&files)));
}

#[test]
fn the_server_has_no_crate_that_could_open_anything() {
    let server = Tree::of("baikoo-server", "normal");
    rules::none(depends_on(&server, READERS));
    rules::none(depends_on(&server, &["baikoo-client-core", "libsqlcipher-sys", "openssl-sys"]));
}

#[test]
fn the_protocol_reads_and_writes_nothing() {
    let io = ["tokio", "mio", "socket2", "rusqlite", "libsqlite3-sys", "reqwest", "hyper", "getrandom"];
    let protocol = Tree::of("baikoo-protocol", "normal");
    rules::none(depends_on(&protocol, &io));
    rules::none(depends_on(&protocol, READERS));
}

#[test]
fn clients_do_not_know_the_server() {
    for client in ["baikoo-client-core", "baikoo-ffi"] {
        rules::none(depends_on(&Tree::of(client, "normal"), &["baikoo-server", "axum"]));
    }
    // The command answers browsers, too, with the app's files.
    rules::none(depends_on(&Tree::of("baikoo-cli", "normal"), &["baikoo-server"]));
    rules::none(depends_on(&Tree::of("baikoo-app-files", "normal"), READERS));
}

#[test]
fn every_crate_keeps_the_shared_lints() {
    let manifests = tree::ending("Cargo.toml");
    rules::none(manifests.iter().filter_map(rules::lacks_lints));
}

#[test]
fn every_rust_file_belongs_to_a_module() {
    rules::none(rust::orphans(&tree::rust()));
}

#[test]
fn every_column_says_what_it_holds() {
    let schemas = tree::ending(".sql");
    assert!(!schemas.is_empty());
    rules::none(schemas.iter().flat_map(rules::columns_without_comment));
}

#[test]
fn files_stay_readable_in_one_sitting() {
    let files = tree::rust();
    rules::none(files.iter().filter_map(|file| rules::too_long(file, LONG)));
    rules::none(rules::no_longer_long(&files, LONG));
}

#[test]
fn nothing_here_knows_the_machine_it_was_written_on() {
    rules::none(tree::texts().iter().flat_map(rules::machine_paths));
}

#[test]
fn every_route_stands_in_the_protocol() {
    let routes = rules::routes(&tree::under("server/src/"));
    rules::none(papers::missing_routes(&routes, &tree::file("docs/PROTOCOL.md")));
}

#[test]
fn every_refusal_and_every_limit_stands_in_the_protocol() {
    let page = tree::file("docs/PROTOCOL.md");
    let refusals = Refusal::ALL.map(|refusal| {
        let code = serde_json::to_string(&refusal).expect("a code is a string");
        format!("| {} | `{}` | {} |", refusal as u8, code.trim_matches('"'), refusal.http_status())
    });
    rules::none(papers::missing(&page, &refusals));
    let limits = rules::constants(&tree::file("protocol/src/limits.rs"));
    assert!(limits.len() > 10);
    rules::none(papers::missing(&page, &limits.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>()));
}

#[test]
fn every_error_that_a_front_end_shows_is_explained() {
    let codes = ClientError::CODES.map(|code| format!("| `{code}` |"));
    rules::none(papers::missing(&tree::file("docs/ARCHITECTURE.md"), &codes));
}

#[test]
fn every_domain_of_a_hash_or_seal_stands_in_the_protocol() {
    let folders = ["protocol/src/", "client-core/src/", "server/src/"];
    let sources: Vec<File> = folders.iter().flat_map(|folder| tree::under(folder)).collect();
    let domains = rules::domains(&sources);
    assert!(domains.len() > 10);
    let wanted: Vec<String> = domains.iter().map(|domain| format!("`{domain}`")).collect();
    rules::none(papers::missing(&tree::file("docs/PROTOCOL.md"), &wanted));
}

#[test]
fn every_table_and_column_stands_in_the_data_page() {
    let page = tree::file("docs/DATA.md");
    for schema in tree::ending(".sql") {
        let wanted: Vec<String> =
            rules::tables(&schema).into_iter().map(|name| format!("`{name}`")).collect();
        rules::none(papers::missing(&page, &wanted));
    }
}

#[test]
fn a_thing_has_one_name() {
    let glossary = papers::glossary(&tree::file("docs/GLOSSARY.md"));
    assert!(glossary.len() > 10);
    let crates = ["protocol/", "client-core/", "server/", "app-files/", "cli/", "ffi/"];
    let files: Vec<File> = crates.iter().flat_map(|folder| tree::under(folder)).collect();
    rules::none(papers::other_names(&glossary, &files));
}

#[test]
fn links_between_pages_lead_somewhere() {
    rules::none(tree::ending(".md").iter().flat_map(|page| papers::dead_links(page, &tree::exists)));
}
