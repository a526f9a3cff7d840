//! Clocks and chance as a worker has them.

use baikoo_client_core::env::{Clocks, Env};

/// A worker's clocks and the browser's randomness.
pub(super) struct BrowserEnv {
    boot_id: u64,
}

impl BrowserEnv {
    pub(super) fn new() -> Self {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).expect("a browser has randomness");
        Self { boot_id: u64::from_le_bytes(bytes) }
    }
}

impl Env for BrowserEnv {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "JavaScript has only doubles")]
    fn clocks(&self) -> Clocks {
        let date = js_sys::Date::new_0();
        Clocks {
            wall_ms: date.get_time() as i64,
            // JavaScript counts the other way: minutes from local time to UTC.
            offset_min: -(date.get_timezone_offset() as i16),
            // A page can't know when the device was started; it knows when the worker was.
            monotonic_ms: now_ms() as u64,
            boot_id: self.boot_id,
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a browser has randomness");
    }
}

fn now_ms() -> f64 {
    use wasm_bindgen::{JsCast, JsValue};
    let performance = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
    performance
        .and_then(|performance| {
            js_sys::Reflect::get(&performance, &JsValue::from_str("now")).map(|now| (performance, now))
        })
        .ok()
        .and_then(|(performance, now)| {
            now.dyn_into::<js_sys::Function>().ok()?.call0(&performance).ok()?.as_f64()
        })
        .unwrap_or(0.0)
}
