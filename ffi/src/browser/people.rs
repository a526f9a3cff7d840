//! Who belongs to the workspace, and what is set apart of what they sent.

use baikoo_client_core::crypto::keys::Secret32;
use baikoo_client_core::member::secret_of_sheets;
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use wasm_bindgen::prelude::*;

use super::core::Core;
use super::value::{Answer, give, parse, take, throw};

#[wasm_bindgen]
#[allow(missing_docs, reason = "one method of the client each: the documentation is there")]
impl Core {
    pub async fn members(&self, _lang: String) -> Answer {
        give(&self.with(|client| client.members())?)
    }

    pub async fn invites(&self) -> Answer {
        give(&self.with(|client| client.invites())?)
    }

    pub async fn invite(&self, wanted: JsValue) -> Answer {
        #[derive(serde::Deserialize)]
        struct Wanted {
            role: baikoo_client_core::protocol::membership::Role,
            name: String,
            hours: u64,
        }
        let wanted: Wanted = take(&wanted)?;
        let lifetime_ms = wanted.hours.saturating_mul(3_600_000);
        let made = self.write(|client| client.invite(wanted.role, &wanted.name, lifetime_ms))?;
        give(&json!({ "id": made.view.id, "link": made.link, "qr_svg": qr_svg(&made.link) }))
    }

    #[wasm_bindgen(js_name = cancelInvite)]
    pub async fn cancel_invite(&self, id: String) -> Result<(), JsValue> {
        self.write(|client| client.cancel_invite(&id))
    }

    pub async fn approve(&self, device: String) -> Result<(), JsValue> {
        let device = parse(&device)?;
        self.write(|client| client.approve(device))
    }

    pub async fn revoke(&self, device: String, reason: JsValue) -> Result<(), JsValue> {
        let (device, reason) = (parse(&device)?, take(&reason)?);
        self.write(|client| client.revoke(device, reason))
    }

    #[wasm_bindgen(js_name = rotateRole)]
    pub async fn rotate_role(&self) -> Result<(), JsValue> {
        self.write(|client| client.rotate_role())
    }

    /// Nothing has happened when they are shown: see `renewSheets`.
    #[wasm_bindgen(js_name = drawSheets)]
    pub async fn draw_sheets(&self) -> Answer {
        let (sheets, me) = self.with(|client| Ok((client.draw_sheets()?, client.me())))?;
        give(&json!({ "recovery_sheets": sheets, "server": me.server, "workspace": me.fingerprint }))
    }

    #[wasm_bindgen(js_name = renewSheets)]
    pub async fn renew_sheets(&self, sheets: JsValue) -> Result<(), JsValue> {
        let secret = secret_of(&sheets)?;
        self.write(|client| client.renew_sheets(&secret))
    }

    #[wasm_bindgen(js_name = sheetsStanding)]
    pub async fn sheets_standing(&self, sheets: JsValue) -> Answer {
        let secret = secret_of(&sheets)?;
        give(&self.with(|client| client.sheets_standing(&secret))?)
    }

    pub async fn quarantined(&self) -> Answer {
        give(&self.with(|client| client.quarantined())?)
    }

    pub async fn adopt(&self, hash: String) -> Result<(), JsValue> {
        self.write(|client| client.adopt_by_name(&hash))
    }

    pub async fn share(&self, id: String, member: String) -> Result<(), JsValue> {
        let (id, member) = (parse(&id)?, parse(&member)?);
        self.write(|client| client.share(id, member))
    }
}

fn secret_of(sheets: &JsValue) -> Result<Secret32, JsValue> {
    secret_of_sheets(&take::<Vec<String>>(sheets)?).map_err(throw)
}

/// A QR code as one SVG path, black on white.
fn qr_svg(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let (size, border) = (code.size(), 4);
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + border, y + border));
        }
    }
    let side = size + 2 * border;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}
