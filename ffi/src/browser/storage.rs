//! The database's files in the origin's private file system, and the wrapped key beside them.

use baikoo_client_core::error::ClientError;
use baikoo_client_core::store::Location;
use serde_json::json;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_rs::vfs::VfsFilesManager;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};
use wasm_bindgen::prelude::*;

use super::value::{give, throw};

const VFS: &str = "opfs-baikoo";
const DATABASE: &str = "baikoo.db";
/// A worker that was ended while it wrote holds the files for about two seconds more.
const TRIES: u32 = 60;
const BETWEEN_TRIES_MS: u32 = 100;

#[wasm_bindgen(module = "/src/browser/keyfile.js")]
extern "C" {
    /// The wrapped key; `undefined` if there is none.
    #[wasm_bindgen(catch, js_name = readKey)]
    async fn read_key() -> Result<JsValue, JsValue>;
    /// Writes the wrapped key, flushed before it resolves.
    #[wasm_bindgen(catch, js_name = writeKey)]
    async fn write_key(bytes: &[u8]) -> Result<JsValue, JsValue>;
    /// Destroys the wrapped key.
    #[wasm_bindgen(catch, js_name = destroyKey)]
    async fn destroy_key() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn pause(ms: u32) -> Result<JsValue, JsValue>;
}

/// The place where everything is kept.
pub(super) struct Storage {
    pool: OpfsSAHPoolUtil,
}

impl Storage {
    /// Takes hold of the files. Only one worker of an origin can.
    pub(super) async fn open() -> Result<Self, JsValue> {
        let config = OpfsSAHPoolCfgBuilder::new()
            .vfs_name(VFS)
            .directory(".baikoo")
            .clear_on_init(false)
            .initial_capacity(6)
            .build();
        // Never as the default: a database that is opened without naming its VFS must fail, since
        // SQLite's own default here is memory, which would lose everything in silence.
        for _ in 0..TRIES {
            match install::<WasmOsCallback>(&config, false).await {
                Ok(pool) => return Ok(Self { pool }),
                Err(error) if is_held(&error) => pause(BETWEEN_TRIES_MS).await.map(|_| ())?,
                Err(error) => return Err(refusal(&error)),
            }
        }
        Err(throw(ClientError::BusyElsewhere))
    }

    pub(super) fn location(&self) -> Location {
        Location::Vfs { name: DATABASE.to_owned(), vfs: VFS.to_owned() }
    }

    pub(super) async fn key(&self) -> Result<Option<Vec<u8>>, ClientError> {
        let found = read_key().await.map_err(|_| ClientError::Damaged(None))?;
        Ok((!found.is_undefined()).then(|| js_sys::Uint8Array::new(&found).to_vec()))
    }

    pub(super) async fn set_key(&self, bytes: &[u8]) -> Result<(), ClientError> {
        write_key(bytes).await.map(|_| ()).map_err(|_| ClientError::StorageFull)
    }

    /// Destroys the wrapped key first: a wipe that is cut short has done its work already.
    pub(super) async fn wipe(&self) -> Result<(), ClientError> {
        destroy_key().await.map_err(|_| ClientError::Internal(None))?;
        self.forget_database()
    }

    /// Deletes the database's files.
    pub(super) fn forget_database(&self) -> Result<(), ClientError> {
        self.pool.clear().map_err(|_| ClientError::Internal(None))
    }
}

fn browser_error(error: &OpfsSAHError) -> Option<String> {
    let OpfsSAHError::Opfs { value, .. } = error else { return None };
    js_sys::Reflect::get(value, &"name".into()).ok()?.as_string()
}

/// Another worker has the files now, or has not let go of them yet.
fn is_held(error: &OpfsSAHError) -> bool {
    browser_error(error).as_deref() == Some("NoModificationAllowedError")
}

/// Why the files can't be had, as the screens know it.
fn refusal(error: &OpfsSAHError) -> JsValue {
    match browser_error(error).as_deref() {
        Some("QuotaExceededError") => throw(ClientError::StorageFull),
        Some("SecurityError" | "NotAllowedError" | "UnknownError") | None => {
            give(&json!({ "code": "storage_refused", "message": "storage refused" })).unwrap_or(JsValue::NULL)
        }
        Some(_) => throw(ClientError::Internal(None)),
    }
}
