//! The `baikoo-server` command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use baikoo_server::admin;
use baikoo_server::config::Config;
use baikoo_server::store::sqlite::{self, check};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

type AnyError = Box<dyn std::error::Error>;

/// The blind server of Baikoo: it keeps and forwards what it cannot read
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The data folder
    #[arg(long, env = "BAIKOO_DATA", default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the data folder and print a code with which one workspace can be created
    Init,
    /// Serve until told to stop
    Serve(Box<Config>),
    /// Verify everything that is stored, from the signatures up
    Check,
    /// Copy the database to a new file, while the server goes on
    Backup {
        /// The file
        to: PathBuf,
    },
    /// Put a backup into an empty data folder
    Restore {
        /// The file
        from: PathBuf,
    },
    /// Count what is stored
    Stats,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            say_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { data, command }: Arguments) -> Result<ExitCode, AnyError> {
    match command {
        Command::Init => say(&admin::init(&data)?),
        Command::Serve(config) => serve(&data, *config)?,
        Command::Check => return Ok(report(&check::check(&data)?)),
        Command::Backup { to } => sqlite::backup(&data, &to)?,
        Command::Restore { from } => return Ok(report(&admin::restore(&data, &from)?)),
        Command::Stats => say(&serde_json::to_string_pretty(&sqlite::stats(&data)?)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(data: &Path, config: Config) -> Result<(), AnyError> {
    let level = EnvFilter::try_from_env("BAIKOO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(level).with_writer(std::io::stderr).init();
    let config = config.or_file(data)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let server = admin::start(data, config).await?;
        // Scripts that took port 0 read where it is.
        say(&format!("listening on {}", server.address));
        tracing::info!("serving");
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        server.shutdown().await;
        tracing::info!("stopped");
        Ok(())
    })
}

fn report(findings: &check::Findings) -> ExitCode {
    say(&format!("{} workspaces, {} envelopes verified", findings.workspaces, findings.envelopes));
    for problem in &findings.problems {
        say_error(problem);
    }
    if findings.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the command's complaint")]
fn say_error(line: &str) {
    eprintln!("{line}");
}
