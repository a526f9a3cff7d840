//! Settings: flags and environment first, then `server.conf` in the data folder, then defaults.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use baikoo_protocol::hash::Hash;

use crate::node::Creation;

/// The header that carries a one-time set-up code.
pub const SETUP_CODE_HEADER: &str = "x-baikoo-setup-code";
/// The settings file in the data folder: lines of `key = value`, `#` begins a comment.
pub const CONFIG_FILE: &str = "server.conf";

/// Where the server listens unless it is told: behind a proxy on the same machine.
pub const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8460);

/// Settings; absent ones have defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Config {
    /// The address to listen on [default: 127.0.0.1:8460]
    #[arg(long, env = "BAIKOO_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// A file with the TLS certificate chain; without it, put a TLS proxy in front
    #[arg(long, env = "BAIKOO_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// A file with the TLS key
    #[arg(long, env = "BAIKOO_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// The folder of the web app
    #[arg(long, env = "BAIKOO_APP_DIR")]
    pub app_dir: Option<PathBuf>,
    /// The address to hand out metrics on; nobody else should reach it
    #[arg(long, env = "BAIKOO_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Who may create workspaces: closed, setup-code or open
    #[arg(long, env = "BAIKOO_CREATION", value_parser = parse_creation)]
    pub creation: Option<Creation>,
    /// How many bytes a workspace may use
    #[arg(long, env = "BAIKOO_WORKSPACE_BYTES")]
    pub workspace_bytes: Option<u64>,
}

/// A settings file that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there, but can't be opened.
    #[error("cannot read {CONFIG_FILE}")]
    File(#[source] std::io::Error),
    /// A line is not a setting.
    #[error("{CONFIG_FILE}, line {0}: not a setting that is known here")]
    Line(usize),
    /// A value is not one of its setting.
    #[error("{CONFIG_FILE}: the value of {0} makes no sense")]
    Value(&'static str),
}

const KEYS: [&str; 7] =
    ["listen", "tls_certificate", "tls_key", "app_dir", "metrics_listen", "creation", "workspace_bytes"];

impl Config {
    /// Fills what is absent here from the data folder's file, if there is one.
    ///
    /// # Errors
    /// When the file is not as it should be: a setting that is misspelt would go unnoticed.
    pub fn or_file(self, folder: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(folder.join(CONFIG_FILE)) {
            Ok(text) => Ok(self.or(Self::parse(&text)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(self),
            Err(error) => Err(ConfigError::File(error)),
        }
    }

    fn or(self, file: Self) -> Self {
        Self {
            listen: self.listen.or(file.listen),
            tls_certificate: self.tls_certificate.or(file.tls_certificate),
            tls_key: self.tls_key.or(file.tls_key),
            app_dir: self.app_dir.or(file.app_dir),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            creation: self.creation.or(file.creation),
            workspace_bytes: self.workspace_bytes.or(file.workspace_bytes),
        }
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut values = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            if line.is_empty() {
                continue;
            }
            let (key, value) = line.split_once('=').ok_or(ConfigError::Line(number + 1))?;
            if !KEYS.contains(&key.trim()) || values.insert(key.trim(), value.trim()).is_some() {
                return Err(ConfigError::Line(number + 1));
            }
        }
        let path = |key| values.get(key).map(PathBuf::from);
        Ok(Self {
            listen: parse_value(&values, "listen", |value| value.parse().ok())?,
            tls_certificate: path("tls_certificate"),
            tls_key: path("tls_key"),
            app_dir: path("app_dir"),
            metrics_listen: parse_value(&values, "metrics_listen", |value| value.parse().ok())?,
            creation: parse_value(&values, "creation", |value| parse_creation(value).ok())?,
            workspace_bytes: parse_value(&values, "workspace_bytes", |value| value.parse().ok())?,
        })
    }
}

fn parse_value<T>(
    values: &BTreeMap<&str, &str>,
    key: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ConfigError> {
    values.get(key).map(|value| parse(value).ok_or(ConfigError::Value(key))).transpose()
}

fn parse_creation(value: &str) -> Result<Creation, String> {
    match value {
        "closed" => Ok(Creation::Closed),
        "setup-code" => Ok(Creation::SetupCode),
        "open" => Ok(Creation::Open),
        _ => Err("closed, setup-code or open".to_owned()),
    }
}

/// What the server keeps of a set-up code. People type codes, so case and spaces don't matter.
pub fn hash_setup_code(code: &str) -> Hash {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|digit| digit.to_ascii_lowercase()).collect();
    Hash::of("baikoo v1 setup code", &[plain.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_a_misspelt_setting_is_an_error() {
        let file = Config::parse("# where\nlisten = 127.0.0.1:8443\ncreation = open # for now\n").unwrap();
        assert_eq!(file.creation, Some(Creation::Open));
        let flags = Config { creation: Some(Creation::Closed), ..Config::default() };
        let both = flags.or(file);
        assert_eq!(both.creation, Some(Creation::Closed));
        assert_eq!(both.listen, "127.0.0.1:8443".parse().ok());
        assert!(matches!(Config::parse("lisen = 127.0.0.1:1"), Err(ConfigError::Line(1))));
        assert!(matches!(Config::parse("creation = maybe"), Err(ConfigError::Value("creation"))));
    }

    #[test]
    fn a_code_may_be_typed_with_spaces_and_capitals() {
        assert_eq!(hash_setup_code("AB12-cd34"), hash_setup_code("ab12 CD34"));
        assert_ne!(hash_setup_code("ab12cd34"), hash_setup_code("ab12cd35"));
    }
}
