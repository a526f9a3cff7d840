//! `baikoo invite`

use baikoo_client_core::protocol::membership::Role;
use clap::{Args, ValueEnum};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;

use super::join::check_name;
use crate::context::Context;
use crate::failure::Failure;
use crate::wording;

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// As what
    #[arg(long, value_enum)]
    role: RoleName,
    /// Whom it is meant for, as you call her
    #[arg(long)]
    name: String,
    /// How long it can be used
    #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(u64).range(1..=720))]
    hours: u64,
    /// Print no QR code
    #[arg(long)]
    no_qr: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Monitor,
    Coordinator,
}

impl Invite {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        check_name(&self.name)?;
        let role = match self.role {
            RoleName::Monitor => Role::Monitor,
            RoleName::Coordinator => Role::Coordinator,
        };
        let made = cx.open()?.invite(role, self.name.trim(), self.hours * 3_600_000)?;
        if cx.json {
            return cx.data(&json!({ "invitation": made.view, "link": made.link }));
        }
        let until = wording::time(i64::try_from(made.view.expires_at_ms).unwrap_or(i64::MAX));
        let role = wording::role(cx.words, role);
        cx.line(&cx.words.say("invited", &[("role", role), ("name", &self.name), ("until", &until)]))?;
        cx.line("")?;
        cx.line(&made.link)?;
        cx.line("")?;
        if !self.no_qr {
            for line in qr(&made.link) {
                cx.line(&line)?;
            }
        }
        cx.line(cx.words.get("invited.next"))
    }
}

/// A QR code in half blocks, light on dark as terminals are, with the quiet zone that scanners need.
fn qr(text: &str) -> Vec<String> {
    const QUIET: i32 = 2;
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else { return Vec::new() };
    let light = |x, y| !code.get_module(x, y);
    let from_to = -QUIET..code.size() + QUIET;
    let lines = from_to.clone().step_by(2);
    let line = |y| {
        let half = |x| match (light(x, y), light(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        from_to.clone().map(half).collect()
    };
    lines.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_with_a_light_border() {
        let lines = qr("https://example.org/#join=abc");
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].chars().all(|c| c == '█'));
        assert!(lines.iter().all(|line| line.starts_with("██") && line.ends_with("██")));
    }
}
