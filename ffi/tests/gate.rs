//! The gate is one for the whole process, so its test is a program of its own.
#![cfg(not(target_family = "wasm"))]

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use baikoo_ffi::native::device::Device;
use baikoo_ffi::native::error::PlatformError;
use baikoo_ffi::native::events::Event;
use baikoo_ffi::native::gate::stop_callbacks;
use baikoo_ffi::native::platform::EventListener;

struct Slow(Mutex<mpsc::Sender<&'static str>>);

impl EventListener for Slow {
    fn on_event(&self, _: Event) -> Result<(), PlatformError> {
        let told = self.0.lock().expect("one thread");
        told.send("begun").map_err(|_| PlatformError::Failed)?;
        std::thread::sleep(Duration::from_millis(200));
        told.send("done").map_err(|_| PlatformError::Failed)
    }
}

#[test]
fn a_shut_gate_waits_for_who_is_inside_and_lets_nobody_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = Device::new(folder.path().display().to_string(), None);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let made = device.create_workspace(
        "http://127.0.0.1:9".into(),
        "Gulnara".into(),
        "кызыл тоолор агын суу".into(),
        None,
    );
    let workspace = runtime.block_on(made).expect("a workspace").workspace;
    let (told, heard) = mpsc::channel();
    let _subscription = workspace.subscribe(Arc::new(Slow(Mutex::new(told))));
    runtime.block_on(workspace.create_report(None)).expect("a report");
    assert_eq!(heard.recv(), Ok("begun"));
    stop_callbacks();
    assert_eq!(heard.try_recv(), Ok("done"));
    // What is awaited from now on never comes, and nobody hears that the workspace is locked.
    drop(workspace);
    assert!(heard.recv_timeout(Duration::from_millis(300)).is_err());
}
