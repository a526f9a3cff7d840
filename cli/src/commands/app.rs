//! `baikoo app`

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use baikoo_client_core::transport::Http;
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use crate::context::Context;
use crate::failure::Failure;
use crate::relay;

/// A browser keeps reports by address, so the port must be the same each time.
const PORT: u16 = 8790;

#[derive(Debug, Args)]
pub(crate) struct App {
    /// Where the built app is: web/dist of a checkout
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// The workspace's server, the only one that the app can reach
    #[arg(long, value_name = "URL")]
    server: String,
    /// The port on this machine; the app keeps its reports by it
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Trust the server's certificate by this root, too (PEM) [env: BAIKOO_CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl App {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let server = relay::origin(&self.server).ok_or_else(|| Failure::usage("usage.server", &*self.server))?;
        let build = baikoo_app_files::build_hash(&self.folder)
            .ok_or_else(|| Failure::usage("usage.app", self.folder.display().to_string()))?;
        let root = self.ca.clone().or_else(|| cx.world.var("BAIKOO_CA").map(PathBuf::from));
        let root = match root {
            Some(path) => Some(fs::read(&path).map_err(|error| Failure::File(path, error))?),
            None => None,
        };
        let http = Http::new(root.as_deref())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
            let address = format!("http://127.0.0.1:{}/", listener.local_addr()?.port());
            let routes = relay::router(self.folder.clone(), server.clone(), http);
            if cx.json {
                cx.data(&json!({ "address": address, "server": server, "build": build }))?;
            } else {
                cx.line(&cx.words.say("app.ready", &[("address", &address), ("server", &server)]))?;
                cx.line(&cx.words.say("app.build", &[("build", &build)]))?;
            }
            cx.world.out.flush()?;
            tokio::select! {
                ended = async { axum::serve(listener, routes).await } => Ok(ended?),
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        })
    }
}
