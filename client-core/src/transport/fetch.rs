//! The browser's `fetch`, in a worker. The answer is read piece by piece as it comes.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Headers, ReadableStreamDefaultReader, Request as FetchRequest, RequestCache, RequestCredentials,
    RequestInit, RequestRedirect, Response, WorkerGlobalScope,
};

use super::{Answer, Piece, Transport};
use crate::sync::{Method, Request};

/// The transport.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fetch;

impl Transport for Fetch {
    type Answer = FetchAnswer;

    async fn send(&self, request: Request) -> FetchAnswer {
        FetchAnswer { response: send(request).await.ok(), reader: None, begun: false }
    }
}

async fn send(request: Request) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    match request.method {
        Method::Get => init.set_method("GET"),
        Method::Post => {
            init.set_method("POST");
            init.set_body(&Uint8Array::from(request.body.as_slice()));
        }
    }
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    let fetched = FetchRequest::new_with_str_and_init(&request.url, &init)?;
    let scope: WorkerGlobalScope = js_sys::global().dyn_into()?;
    JsFuture::from(scope.fetch_with_request(&fetched)).await?.dyn_into()
}

/// An answer by `fetch`.
#[derive(Debug)]
pub struct FetchAnswer {
    response: Option<Response>,
    reader: Option<ReadableStreamDefaultReader>,
    begun: bool,
}

impl Answer for FetchAnswer {
    async fn next(&mut self) -> Option<Piece> {
        let Some(response) = &self.response else { return Some(Piece::Failed) };
        if !self.begun {
            self.begun = true;
            return Some(Piece::Status(response.status()));
        }
        if self.reader.is_none() {
            let body = response.body()?;
            self.reader = body.get_reader().dyn_into().ok();
        }
        let Some(reader) = &self.reader else { return Some(Piece::Failed) };
        let Ok(piece) = JsFuture::from(reader.read()).await else { return Some(Piece::Failed) };
        let done = Reflect::get(&piece, &JsValue::from_str("done")).is_ok_and(|done| done.is_truthy());
        if done {
            return None;
        }
        match Reflect::get(&piece, &JsValue::from_str("value")).map(|value| value.dyn_into::<Uint8Array>()) {
            Ok(Ok(bytes)) => Some(Piece::Bytes(bytes.to_vec())),
            _ => Some(Piece::Failed),
        }
    }
}
