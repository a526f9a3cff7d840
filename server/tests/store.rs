//! The SQLite store: the suite that every store passes, and what only a file can suffer.

mod support;

use baikoo_protocol::membership::Role;
use baikoo_server::store::conformance;
use baikoo_server::store::sqlite::{DATABASE_FILE, Options, SqliteStore, check};
use baikoo_server::testing::{hello, upload};
use support::{STREAM, World};

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

#[tokio::test]
async fn a_changed_byte_is_found() {
    let mut world = World::new().await;
    let mut alice = world.joins(Role::Monitor).await;
    let id = world.workspace.id;
    let some: Vec<_> = (0..3).map(|_| alice.changes(id, STREAM, 40)).collect();
    world.sync(alice.id(), &upload(&hello(), &[], &some)).await.unwrap().refuses_nothing();
    let folder = world.folder;
    drop(world.node);
    assert_eq!(check::check(folder.path()).unwrap().problems, [] as [String; 0]);

    let database = rusqlite::Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    for (damage, expected) in [
        (
            "update log set bytes = cast(substr(bytes, 1, 90) || x'ff' || substr(bytes, 92) as blob) where seq = 2",
            1,
        ),
        ("update log set running = zeroblob(32) where seq = 3", 2),
        ("delete from log where seq = 1", 2),
        ("update entry set bytes = zeroblob(9) where mseq = 2", 1),
    ] {
        database.execute_batch("begin").unwrap();
        assert_eq!(database.execute(damage, []).unwrap(), 1, "{damage}");
        database.execute_batch("commit").unwrap();
        let problems = check::check(folder.path()).unwrap().problems;
        assert!(problems.len() >= expected, "{damage}: {problems:?}");
    }
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    database.execute_batch("create table theirs (x); pragma application_id = 7").unwrap();
    assert!(SqliteStore::open(folder.path(), Options::default()).is_err());
}
