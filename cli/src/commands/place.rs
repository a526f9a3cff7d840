//! `baikoo place`

use baikoo_client_core::form::gazetteer;
use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;

/// As many as a person reads.
const MOST: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// A name or its beginning, in any of the scripts
    #[arg(required = true)]
    name: Vec<String>,
}

impl Place {
    pub(crate) fn run(&self, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
        let (found, language) = (gazetteer::find(&self.name.join(" "), MOST), cx.language());
        if cx.json {
            let view = |place: &&gazetteer::Place| {
                json!({ "id": place.id, "name": place.name(language), "country": place.country,
                        "district": place.district, "lat": place.lat, "lon": place.lon,
                        "approximate": place.approximate })
            };
            return cx.data(&found.iter().map(view).collect::<Vec<_>>());
        }
        let mut table = Table::new(&[
            cx.words.get("column.id"),
            cx.words.get("column.place"),
            cx.words.get("column.district"),
            cx.words.get("column.country"),
        ]);
        for place in found {
            let district = place.district.as_deref().unwrap_or("–");
            table.row(&[&place.id, place.name(language), district, &place.country]);
        }
        cx.table(&table)
    }
}
