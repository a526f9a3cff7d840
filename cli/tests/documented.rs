//! `docs/CLI.md` says everything that there is.

use baikoo_cli::{command, exit_code};

const PAGE: &str = include_str!("../../docs/CLI.md");

#[test]
fn every_command_and_option_is_documented() {
    let mut path = vec!["baikoo".to_owned()];
    check(&command(), &mut path);
}

fn check(of: &clap::Command, path: &mut Vec<String>) {
    for sub in of.get_subcommands() {
        path.push(sub.get_name().to_owned());
        let name = path.join(" ");
        if sub.has_subcommands() {
            check(sub, path);
        } else {
            assert!(PAGE.contains(&format!("`{name}")), "{name} is not documented");
            for option in sub.get_arguments().filter_map(|arg| arg.get_long()) {
                assert!(PAGE.contains(&format!("--{option}")), "{name} --{option} is not documented");
            }
        }
        path.pop();
    }
}

#[test]
fn every_exit_code_is_documented() {
    for code in baikoo_client_core::error::ClientError::CODES {
        let row = format!("| {} | `{code}` |", exit_code(code));
        assert!(PAGE.contains(&row), "{row}");
    }
    let help = command().render_long_help().to_string();
    assert!(help.contains("10  wrong_passphrase") && help.contains("29  recovery_invalid"), "{help}");
}
