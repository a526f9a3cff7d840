//! `baikoo export`

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use baikoo_client_core::export::Format;
use clap::Args;
use serde_json::json;

use super::list::FilterArgs;
use crate::context::Context;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// json has everything; csv and geojson leave out what identifies people
    #[arg(long, value_name = "json|csv|geojson", value_parser = |name: &str| name.parse::<Format>())]
    format: Format,
    /// Where to; without it, to the output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
}

impl Export {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let mut client = cx.open()?;
        let filter = self.filter.filter(&client)?;
        let bytes = client.export(self.format, &filter, cx.language())?;
        let Some(path) = &self.out else { return cx.bytes(&bytes) };
        write(path, &bytes).map_err(|error| Failure::File(path.clone(), error))?;
        let shown = path.display().to_string();
        cx.done("done.exported", &[("path", &shown)], &json!({ "file": shown, "bytes": bytes.len() }))
    }
}

/// The file is in the clear, so at least it is its owner's alone.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // One that was there before may have been everybody's; what is no file is somebody else's.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}
