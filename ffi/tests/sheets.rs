//! New recovery sheets by the native library.
#![cfg(not(target_family = "wasm"))]

use std::sync::Arc;

use baikoo_client_core::view::SheetsStanding;
use baikoo_ffi::native::device::Device;

#[test]
fn new_sheets_do_not_count_before_the_server_has_heard_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = Device::new(folder.path().join("home").display().to_string(), None);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let passphrase = "кызыл тоолор агын суу".to_owned();
        let server = "http://127.0.0.1:9".to_owned();
        let made = Arc::clone(&device).create_workspace(server, "Gulnara".into(), passphrase, None);
        let made = made.await.expect("a workspace");
        let (workspace, old) = (made.workspace, made.recovery_sheets);
        let new = workspace.draw_sheets().await.expect("sheets");
        assert!(new.len() == old.len() && new != old);
        workspace.renew_sheets(new.clone()).await.expect("asked for");
        let standing = async |sheets: &[String]| workspace.sheets_standing(sheets.to_vec()).await;
        assert_eq!(standing(&old[1..]).await.expect("they fit"), SheetsStanding::Count);
        assert_eq!(standing(&new[1..]).await.expect("they fit"), SheetsStanding::Wait);
        let mixed = vec![old[0].clone(), new[1].clone()];
        assert_eq!(workspace.renew_sheets(mixed).await.expect_err("do not fit").code(), "bad_input");
        assert_eq!(standing(&new[..1]).await.expect_err("too few").code(), "bad_input");
    });
}
