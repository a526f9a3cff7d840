//! Lists, and the filters that leave what they show.

use baikoo_protocol::id::DeviceId;
use serde::{Deserialize, Serialize};

use super::ReportSummary;

/// What a list is narrowed to. Empty means everything.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Filter {
    /// Words to search for, in any script.
    pub query: Option<String>,
    /// One of these types.
    pub types: Vec<String>,
    /// One of these districts.
    pub districts: Vec<String>,
    /// Not before this date: EDTF, compared as it is written.
    pub from: Option<String>,
    /// Not after this date.
    pub to: Option<String>,
    /// One of these stages.
    pub stages: Vec<String>,
    /// One of these review statuses.
    pub reviews: Vec<String>,
    /// Begun by one of these devices.
    #[cfg_attr(test, ts(type = "Array<string>"))]
    pub authors: Vec<DeviceId>,
    /// Only those with more than one version of something.
    pub conflicted: bool,
    /// Only those with a question that waits.
    pub asked: bool,
    /// Only those that came or changed since they were last opened here.
    pub unread: bool,
    /// Only urgent ones.
    pub urgent: bool,
    /// In this language.
    pub languages: Vec<String>,
    /// How many at most; 0 for no limit.
    pub limit: u32,
    /// How many to leave out first.
    pub offset: u32,
}

/// A filter that a person keeps by a name, on this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SavedView {
    /// What she calls it.
    pub name: String,
    /// What it leaves.
    pub filter: Filter,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportList {
    /// How many there are in all.
    pub total: u32,
    /// Some of them: the newest first, or the best match first when searching.
    pub reports: Vec<ReportSummary>,
}
