//! `uniffi-bindgen generate --language kotlin --out-dir <folder> <library>`: UniFFI's own.

fn main() {
    uniffi::uniffi_bindgen_main();
}
