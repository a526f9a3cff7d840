//! The server's process: started, stopped, started again on the same port.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::places;
use crate::run::{Outcome, command, output};

/// The server of the demo.
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    with_app: bool,
    process: Option<Child>,
}

impl Server {
    /// A server that does not run yet.
    pub(crate) fn new(folder: PathBuf, wanted_port: u16, with_app: bool) -> Outcome<Self> {
        let free = |port| TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr());
        let address =
            free(wanted_port).or_else(|_| free(0)).map_err(|error| format!("no free port: {error}"))?;
        Ok(Self { folder, port: address.port(), with_app, process: None })
    }

    /// Where it is reached.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its database is.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where its log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    /// A copy of its database and log from before anybody wrote.
    pub(crate) fn before(&self) -> PathBuf {
        self.folder.join("before")
    }

    /// Makes that copy.
    pub(crate) fn keep_what_was_there_before(&self) -> Outcome {
        let copy = || -> std::io::Result<()> {
            std::fs::create_dir_all(self.before())?;
            for entry in std::fs::read_dir(self.data())?.flatten() {
                std::fs::copy(entry.path(), self.before().join(entry.file_name()))?;
            }
            std::fs::copy(self.log(), self.before().join("log.jsonl")).map(drop)
        };
        copy().map_err(|error| format!("can't copy the empty database: {error}"))
    }

    /// Makes the data folder; answers the set-up code.
    pub(crate) fn init(&self) -> Outcome<String> {
        std::fs::create_dir_all(&self.folder).map_err(|error| error.to_string())?;
        let code = output(command(program()).arg("--data").arg(self.data()).arg("init"))?;
        Ok(code.trim().to_owned())
    }

    /// Starts it, and waits until it answers.
    pub(crate) fn start(&mut self) -> Outcome {
        let log = OpenOptions::new().create(true).append(true).open(self.log());
        let log: File = log.map_err(|error| format!("can't write the server's log: {error}"))?;
        let mut serve = command(program());
        serve.arg("--data").arg(self.data()).arg("serve");
        serve.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        if self.with_app {
            serve.arg("--app-dir").arg(places::web().join("dist"));
        }
        serve.env_remove("BAIKOO_PASSPHRASE");
        let mut process = serve
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("can't start the server: {error}"))?;
        // It says where it listens once it does.
        let mut said = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).ok();
        }
        self.process = Some(process);
        if said.starts_with("listening") && self.is_alive() {
            return Ok(());
        }
        Err(format!("the server did not start; its log is {}", self.log().display()))
    }

    fn is_alive(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// Stops it as an administrator would: it finishes what it is doing.
    pub(crate) fn stop(&mut self) -> Outcome {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        output(command("kill").arg(process.id().to_string()))?;
        let status = process.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
    }

    /// Waits until it ends by itself, or by Ctrl-C, which reaches it too.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_none_or(|process| !matches!(process.try_wait(), Ok(None)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a failure in the middle of the story nothing is left running.
        if let Some(process) = &mut self.process {
            process.kill().and_then(|()| process.wait()).ok();
        }
    }
}

fn program() -> PathBuf {
    places::programs().join("baikoo-server")
}
