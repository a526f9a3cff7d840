//! The core as the worker calls it: one method here is one method of the client.

use std::rc::Rc;

use baikoo_client_core::client::{Client, fingerprint};
use baikoo_client_core::crypto::keys::{DatabaseKey, Secret32};
use baikoo_client_core::crypto::passphrase::{Hardness, strength, unwrap, wrap};
use baikoo_client_core::error::ClientError;
use baikoo_client_core::export::Format;
use baikoo_client_core::form::answer::Answer as FormAnswer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::member::{Invitation, Recovery};
use baikoo_client_core::report::{Path, TalkKind};
use baikoo_client_core::search::fold::fold;
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::view::SavedView;
use serde_json::json;
use wasm_bindgen::prelude::*;

use super::env::BrowserEnv;
use super::storage::Storage;
use super::sync::{Session, Shared};
use super::value::{Answer, give, parse, take, throw};

/// The core of one worker.
#[wasm_bindgen]
pub struct Core {
    storage: Storage,
    shared: Shared,
}

/// Takes hold of the origin's storage. `emit` is called with `{type}` when something has happened.
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "the worker reaches it")]
pub async fn open(emit: js_sys::Function) -> Result<Core, JsValue> {
    console_error_panic_hook::set_once();
    let storage = Storage::open().await?;
    Ok(Core { storage, shared: Shared { session: Rc::default(), emit, opened: Rc::default() } })
}

impl Core {
    pub(super) fn with<R>(
        &self,
        step: impl FnOnce(&mut Client) -> Result<R, ClientError>,
    ) -> Result<R, JsValue> {
        let mut session = self.shared.session.borrow_mut();
        let session = session.as_mut().ok_or_else(locked)?;
        step(&mut session.client).map_err(throw)
    }

    /// A step that writes: screens and the sync hear of it.
    pub(super) fn write<R>(
        &self,
        step: impl FnOnce(&mut Client) -> Result<R, ClientError>,
    ) -> Result<R, JsValue> {
        let result = self.with(step)?;
        self.shared.tell();
        self.shared.sync(Input::LocalChange);
        Ok(result)
    }

    fn start(&self, client: Client) {
        *self.shared.session.borrow_mut() = Some(Session { client, engine: SyncEngine::new() });
        self.shared.sync(Input::SyncNow);
        self.shared.listen();
    }

    async fn new_key(&self, passphrase: &str) -> Result<DatabaseKey, JsValue> {
        if self.storage.key().await.map_err(throw)?.is_some() {
            return Err(throw(ClientError::WorkspaceExists));
        }
        if strength(passphrase) == 0 {
            return Err(throw(ClientError::WeakPassphrase));
        }
        // What an interrupted set-up left behind can't be opened by anybody.
        self.storage.forget_database().map_err(throw)?;
        let mut env = BrowserEnv::new();
        let key = Secret32::make(&mut env);
        let wrapped = wrap(&key, passphrase, Hardness::STANDARD, &mut env);
        self.storage.set_key(&wrapped).await.map_err(throw)?;
        Ok(key)
    }
}

fn locked() -> JsValue {
    throw(ClientError::Locked)
}

fn language(code: &str) -> Language {
    code.parse().unwrap_or(Language::En)
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "one method of the client each: the documentation is there")]
impl Core {
    pub async fn status(&self) -> Answer {
        let open = self.shared.session.borrow().is_some();
        let known = self.storage.key().await.map_err(throw)?.is_some();
        let phase = if open {
            "open"
        } else if known {
            "locked"
        } else {
            "empty"
        };
        give(&json!({ "phase": phase }))
    }

    #[wasm_bindgen(js_name = createWorkspace)]
    pub async fn create_workspace(&self, wanted: JsValue) -> Answer {
        #[derive(serde::Deserialize)]
        struct Wanted {
            server: String,
            name: String,
            passphrase: String,
            setup_code: Option<String>,
        }
        let wanted: Wanted = take(&wanted)?;
        let key = self.new_key(&wanted.passphrase).await?;
        let created = Client::create_workspace(
            &self.storage.location(),
            &key,
            Box::new(BrowserEnv::new()),
            &wanted.server,
            &wanted.name,
            wanted.setup_code.as_deref().filter(|code| !code.is_empty()),
        )
        .map_err(throw)?;
        let me = created.client.me();
        self.start(created.client);
        let (server, workspace) = (me.server, me.fingerprint);
        give(&json!({ "recovery_sheets": created.recovery_sheets, "server": server, "workspace": workspace }))
    }

    #[wasm_bindgen(js_name = previewInvitation)]
    pub async fn preview_invitation(&self, link: String) -> Answer {
        let invitation = Invitation::from_link(&link).map_err(throw)?;
        give(&json!({
            "server": invitation.server,
            "role": invitation.role,
            "expires_at_ms": invitation.expires_at_ms,
            "workspace_fingerprint": fingerprint(invitation.workspace()),
        }))
    }

    pub async fn join(&self, wanted: JsValue) -> Result<(), JsValue> {
        #[derive(serde::Deserialize)]
        struct Wanted {
            link: String,
            name: String,
            passphrase: String,
        }
        let wanted: Wanted = take(&wanted)?;
        let invitation = Invitation::from_link(&wanted.link).map_err(throw)?;
        let key = self.new_key(&wanted.passphrase).await?;
        let env = Box::new(BrowserEnv::new());
        let client =
            Client::join(&self.storage.location(), &key, env, &invitation, &wanted.name).map_err(throw)?;
        self.start(client);
        Ok(())
    }

    pub async fn recover(&self, wanted: JsValue) -> Result<(), JsValue> {
        #[derive(serde::Deserialize)]
        struct Wanted {
            server: String,
            workspace: String,
            sheets: Vec<String>,
            name: String,
            passphrase: String,
        }
        let wanted: Wanted = take(&wanted)?;
        let recovery =
            Recovery::from_sheets(&wanted.sheets, &wanted.server, &wanted.workspace).map_err(throw)?;
        let key = self.new_key(&wanted.passphrase).await?;
        let env = Box::new(BrowserEnv::new());
        let client =
            Client::recover(&self.storage.location(), &key, env, &recovery, &wanted.name).map_err(throw)?;
        self.start(client);
        Ok(())
    }

    pub async fn unlock(&self, passphrase: String) -> Result<(), JsValue> {
        let wrapped = self.storage.key().await.map_err(throw)?;
        let wrapped = wrapped.ok_or_else(|| throw(ClientError::NoWorkspace))?;
        let key = unwrap(&wrapped, &passphrase).map_err(|_| throw(ClientError::WrongPassphrase))?;
        let client =
            Client::open(&self.storage.location(), &key, Box::new(BrowserEnv::new())).map_err(throw)?;
        self.start(client);
        Ok(())
    }

    pub async fn lock(&self) -> Result<(), JsValue> {
        *self.shared.session.borrow_mut() = None;
        self.shared.emit("locked");
        Ok(())
    }

    pub async fn wipe(&self) -> Result<(), JsValue> {
        *self.shared.session.borrow_mut() = None;
        self.storage.wipe().await.map_err(throw)?;
        self.shared.emit("locked");
        Ok(())
    }

    #[wasm_bindgen(js_name = changePassphrase)]
    pub async fn change_passphrase(&self, old: String, wanted: String) -> Result<(), JsValue> {
        let wrapped = self.storage.key().await.map_err(throw)?;
        let wrapped = wrapped.ok_or_else(|| throw(ClientError::NoWorkspace))?;
        let key = unwrap(&wrapped, &old).map_err(|_| throw(ClientError::WrongPassphrase))?;
        if strength(&wanted) == 0 {
            return Err(throw(ClientError::WeakPassphrase));
        }
        let wrapped = wrap(&key, &wanted, Hardness::STANDARD, &mut BrowserEnv::new());
        self.storage.set_key(&wrapped).await.map_err(throw)
    }

    #[wasm_bindgen(js_name = passphraseStrength)]
    pub async fn passphrase_strength(&self, text: String) -> Answer {
        let words = ["refused", "weak", "fair", "good", "strong"];
        let score = strength(&text);
        give(&json!({ "score": score, "words": words.get(usize::from(score)) }))
    }

    pub async fn me(&self) -> Answer {
        give(&self.with(|client| Ok(client.me()))?)
    }

    #[wasm_bindgen(js_name = syncStatus)]
    pub async fn sync_status(&self) -> Answer {
        let session = self.shared.session.borrow();
        let session = session.as_ref().ok_or_else(locked)?;
        give(&session.client.sync_status(&session.engine).map_err(throw)?)
    }

    #[wasm_bindgen(js_name = syncNow)]
    pub async fn sync_now(&self) -> Result<(), JsValue> {
        self.shared.sync_now(Input::SyncNow).await.map_err(throw)
    }

    pub async fn list(&self, filter: JsValue, lang: String) -> Answer {
        let filter = take(&filter)?;
        give(&self.with(|client| client.list(&filter, language(&lang)))?)
    }

    #[wasm_bindgen(js_name = savedViews)]
    pub async fn saved_views(&self) -> Answer {
        give(&self.with(|client| client.saved_views())?)
    }

    #[wasm_bindgen(js_name = saveViews)]
    pub async fn save_views(&self, views: JsValue) -> Result<(), JsValue> {
        let views: Vec<SavedView> = take(&views)?;
        self.with(|client| client.save_views(&views))
    }

    pub async fn report(&self, id: String, lang: String) -> Answer {
        let id = parse(&id)?;
        give(&self.with(|client| client.report(id, language(&lang)))?)
    }

    #[wasm_bindgen(js_name = markRead)]
    pub async fn mark_read(&self, id: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.with(|client| client.mark_read(id))?;
        self.shared.emit("changed");
        Ok(())
    }

    #[wasm_bindgen(js_name = createReport)]
    pub async fn create_report(&self, wanted: JsValue) -> Answer {
        #[derive(serde::Deserialize)]
        struct Wanted {
            lang: Option<String>,
        }
        let wanted: Wanted = take(&wanted)?;
        give(&self.write(|client| client.create_report(wanted.lang.as_deref()))?)
    }

    #[wasm_bindgen(js_name = setAnswer)]
    pub async fn set_answer(&self, id: String, path: String, answer: JsValue) -> Result<(), JsValue> {
        let (id, path): (_, Path) = (parse(&id)?, parse(&path)?);
        let answer: Option<FormAnswer> = take(&answer)?;
        self.write(|client| client.set_answer(id, &path, answer.as_ref()))
    }

    #[wasm_bindgen(js_name = setText)]
    pub async fn set_text(&self, id: String, name: String, text: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        let Path::Text(name) = Path::question(&name) else {
            return Err(throw(ClientError::BadInput(name)));
        };
        self.write(|client| client.set_text(id, name, &text))
    }

    #[wasm_bindgen(js_name = addEntry)]
    pub async fn add_entry(&self, id: String, section: String) -> Answer {
        let id = parse(&id)?;
        give(&self.write(|client| client.add_entry(id, &section))?)
    }

    #[wasm_bindgen(js_name = removeEntry)]
    pub async fn remove_entry(
        &self,
        id: String,
        section: String,
        entry: String,
        reason: String,
    ) -> Result<(), JsValue> {
        let (id, entry) = (parse(&id)?, parse(&entry)?);
        self.write(|client| client.remove_entry(id, &section, entry, &reason))
    }

    #[wasm_bindgen(js_name = restoreEntry)]
    pub async fn restore_entry(&self, id: String, section: String, entry: String) -> Result<(), JsValue> {
        let (id, entry) = (parse(&id)?, parse(&entry)?);
        self.write(|client| client.restore_entry(id, &section, entry))
    }

    pub async fn send(&self, id: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.write(|client| client.send(id))
    }

    pub async fn withdraw(&self, id: String, reason: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.write(|client| client.withdraw(id, &reason))
    }

    #[wasm_bindgen(js_name = discardDraft)]
    pub async fn discard_draft(&self, id: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.write(|client| client.discard_draft(id))
    }

    pub async fn resolve(&self, id: String, path: String, change: String) -> Result<(), JsValue> {
        let (id, path): (_, Path) = (parse(&id)?, parse(&path)?);
        self.write(|client| client.resolve(id, &path, &change))
    }

    pub async fn restore(&self, id: String, path: String, change: String) -> Result<(), JsValue> {
        let (id, path): (_, Path) = (parse(&id)?, parse(&path)?);
        self.write(|client| client.restore(id, &path, &change))
    }

    pub async fn history(&self, id: String, lang: String) -> Answer {
        let id = parse(&id)?;
        give(&self.with(|client| client.history(id, language(&lang)))?)
    }

    #[wasm_bindgen(js_name = reviewHistory)]
    pub async fn review_history(&self, id: String, lang: String) -> Answer {
        let id = parse(&id)?;
        give(&self.with(|client| client.review_history(id, language(&lang)))?)
    }

    pub async fn say(
        &self,
        id: String,
        kind: String,
        text: String,
        reply_to: Option<String>,
    ) -> Result<(), JsValue> {
        let id = parse(&id)?;
        let reply_to = reply_to.map(|id| parse(&id)).transpose()?;
        self.write(|client| client.say(id, TalkKind::of_code(&kind), &text, reply_to)).map(|_| ())
    }

    pub async fn note(&self, id: String, text: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.write(|client| client.note(id, &text)).map(|_| ())
    }

    pub async fn ask(&self, id: String, text: String) -> Result<(), JsValue> {
        let id = parse(&id)?;
        self.write(|client| client.ask(id, &text)).map(|_| ())
    }

    #[wasm_bindgen(js_name = answerQuestion)]
    pub async fn answer_question(&self, id: String, question: String, text: String) -> Result<(), JsValue> {
        let (id, question) = (parse(&id)?, parse(&question)?);
        self.write(|client| client.answer_question(id, question, &text)).map(|_| ())
    }

    pub async fn form(&self, lang: String) -> Answer {
        give(&Client::form(language(&lang)))
    }

    #[wasm_bindgen(js_name = reviewForm)]
    pub async fn review_form(&self, lang: String) -> Answer {
        give(&Client::review_form(language(&lang)))
    }

    pub async fn relevant(&self, id: String) -> Answer {
        let id = parse(&id)?;
        give(&self.with(|client| client.relevant(id))?)
    }

    pub async fn places(&self, query: String, lang: String, limit: usize) -> Answer {
        give(&Client::places(&query, language(&lang), limit))
    }

    pub async fn fold(&self, text: String) -> Answer {
        give(&fold(&text))
    }

    #[wasm_bindgen(js_name = reviewSet)]
    pub async fn review_set(&self, id: String, question: String, answer: JsValue) -> Result<(), JsValue> {
        let id = parse(&id)?;
        let answer: Option<FormAnswer> = take(&answer)?;
        self.write(|client| client.set_review(id, &question, answer.as_ref()))
    }

    #[wasm_bindgen(js_name = dismissAlarms)]
    pub async fn dismiss_alarms(&self) -> Result<(), JsValue> {
        self.with(|client| client.dismiss_alarms())
    }

    pub async fn rebuild(&self) -> Result<(), JsValue> {
        self.with(|client| client.rebuild_from_envelopes())
    }

    pub async fn export(&self, format: String, filter: JsValue, lang: String) -> Result<Vec<u8>, JsValue> {
        let format: Format = parse(&format)?;
        let filter = take(&filter)?;
        self.with(|client| client.export(format, &filter, language(&lang)))
    }

    /// What only the page can know: `{type: 'online' | 'offline' | 'visible' | 'hidden'}`.
    pub fn nudge(&self, nudge: JsValue) {
        let kind = js_sys::Reflect::get(&nudge, &"type".into()).ok().and_then(|kind| kind.as_string());
        match kind.as_deref() {
            Some("online") => self.shared.sync(Input::Network(true)),
            Some("offline") => self.shared.sync(Input::Network(false)),
            Some("visible") => self.shared.sync(Input::Wake),
            _ => {}
        }
    }
}
