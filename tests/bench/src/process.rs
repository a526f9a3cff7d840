//! Each side of a measurement is a process of its own, so that its CPU time and memory are its own.
//! They are told what to do line by line, in JSON.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A process that does what it is told.
pub struct Helper {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Helper {
    /// Starts this program again in another part.
    pub fn start(part: &str, folder: &std::path::Path) -> Self {
        let program = std::env::current_exe().expect("this program's path");
        let mut child = Command::new(program)
            .args(["--part", part])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, input, output }
    }

    /// Tells it something without waiting for the answer.
    pub fn tell(&mut self, what: &Value) {
        let input = self.input.as_mut().expect("it still runs");
        writeln!(input, "{what}").expect("it listens");
        input.flush().expect("it listens");
    }

    /// Waits for the answer.
    pub fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("a helper has died: {line}"))
    }

    /// Tells it something and waits, off the async threads, so that the line goes on.
    pub fn asks(&mut self, what: &Value) -> Value {
        tokio::task::block_in_place(|| {
            self.tell(what);
            self.hear()
        })
    }

    /// Asks for one thing by name.
    pub fn does(&mut self, what: &str) -> Value {
        self.asks(&json!({ "do": what }))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Obeys until nobody says anything more.
pub fn obey(mut does: impl FnMut(&Value) -> Value) {
    for line in std::io::stdin().lines() {
        let Ok(line) = line else { return };
        let order: Value = serde_json::from_str(&line).expect("orders are JSON");
        let cpu = cpu_time();
        // From here on the peak counts.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let mut answer = json!({ "is": does(&order) });
        answer["cpu_ms"] = json!((cpu_time() - cpu).as_secs_f64() * 1e3);
        answer["cpu_total_ms"] = json!(cpu_time().as_secs_f64() * 1e3);
        answer["peak_kb"] = json!(peak_kb());
        println!("{answer}");
    }
}

/// The CPU time of this process, all threads.
pub fn cpu_time() -> Duration {
    cpu_time::ProcessTime::now().as_duration()
}

/// The most memory that this process has had resident, in kB.
pub fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}
