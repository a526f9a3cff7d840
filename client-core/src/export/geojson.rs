//! A feature a report; those without a place have a null geometry, as RFC 7946 wants it.

use serde_json::{Map, Value, json};

use super::conflicted_questions;
use crate::error::ClientError;
use crate::view::ReportView;

pub(super) fn write(reports: &[ReportView]) -> Result<Vec<u8>, ClientError> {
    let features: Vec<Value> = reports.iter().map(feature).collect();
    serde_json::to_vec_pretty(&json!({ "type": "FeatureCollection", "features": features }))
        .map_err(|_| ClientError::Internal(None))
}

fn feature(report: &ReportView) -> Value {
    let summary = &report.summary;
    let geometry = match (summary.lat, summary.lon) {
        (Some(lat), Some(lon)) => json!({ "type": "Point", "coordinates": [lon, lat] }),
        _ => Value::Null,
    };
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!(summary.id));
    properties.insert("title".to_owned(), json!(summary.title));
    properties.insert("types".to_owned(), json!(summary.types));
    properties.insert("place".to_owned(), json!(summary.place));
    properties.insert("date".to_owned(), json!(summary.date));
    properties.insert("injured".to_owned(), json!(summary.injured));
    properties.insert("killed".to_owned(), json!(summary.killed));
    properties.insert("stage".to_owned(), json!(summary.stage));
    properties.insert("review".to_owned(), json!(summary.review));
    properties.insert("conflicted".to_owned(), json!(conflicted_questions(report)));
    json!({ "type": "Feature", "id": summary.id, "geometry": geometry, "properties": properties })
}
