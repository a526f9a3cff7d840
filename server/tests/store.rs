//! The SQLite store: the suite that every store passes, and what only a file can suffer.

use baikoo_server::store::conformance;
use baikoo_server::store::sqlite::{Options, SqliteStore};

#[tokio::test]
async fn the_sqlite_store_conforms() {
    let mut folders = Vec::new();
    conformance::all(async || {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), Options::default()).unwrap();
        folders.push(folder);
        store
    })
    .await;
}
