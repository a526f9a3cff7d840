//! Places with ids that outlast their names.
//!
//! Villages along this border have a name in each language, older names, and since 2025 some have
//! another country. A report points to a place's id; what it is called is looked up when it is shown.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::labels::Language;
use crate::search::{fold, fold_joined};

/// A populated place, a spring or an intake.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Lower-case Latin letters, digits and hyphens. Never changes and is never used again.
    pub id: String,
    /// Today's names by BCP 47 code; `en` is always there.
    pub names: BTreeMap<String, String>,
    /// Other spellings and what people also call it, in any script.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Names that it no longer officially has.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// The country today, ISO 3166-1 alpha-2.
    pub country: String,
    /// The district or region, as its Latin name.
    #[serde(default)]
    pub district: Option<String>,
    /// Latitude in degrees, WGS 84.
    pub lat: f64,
    /// Longitude in degrees, WGS 84.
    pub lon: f64,
    /// Whether the coordinates were guessed from what is near: good for a map of the region only.
    #[serde(default)]
    pub approximate: bool,
    /// When the place came to be, EDTF; absent: before anything we know.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// When it ceased to be, EDTF; absent: it stands.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// The id of the place that took over, if it ceased to be.
    #[serde(default)]
    pub successor: Option<String>,
    /// Set if the place passed from one country to another.
    #[serde(default)]
    pub transferred: Option<Transfer>,
    /// What a reader should know, in English.
    #[serde(default)]
    pub note: Option<String>,
}

/// A name that a place had.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// By BCP 47 code.
    pub names: BTreeMap<String, String>,
    /// Until when it was official, EDTF.
    pub valid_to: String,
}

/// A place's change of country.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// When, EDTF.
    pub on: String,
    /// From this country, ISO 3166-1 alpha-2.
    pub from: String,
    /// To this country, ISO 3166-1 alpha-2.
    pub to: String,
}

impl Place {
    /// The name in a language, else in the one that its readers most likely read, else in English.
    pub fn name(&self, language: Language) -> &str {
        let mut codes = fallbacks(language).iter().map(|language| language.code());
        let name = codes.find_map(|code| self.names.get(code));
        name.map_or(&self.id, String::as_str)
    }

    /// Every name, former ones and other spellings included.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        let former = self.former_names.iter().flat_map(|former| former.names.values());
        self.names.values().chain(&self.aliases).chain(former).map(String::as_str)
    }
}

/// A Tajik name is closer to a Kyrgyz reader in Cyrillic than in Latin letters.
fn fallbacks(language: Language) -> &'static [Language] {
    use Language::{En, Kk, Ky, Ru, Tg, Uz};
    match language {
        Ky => &[Ky, Ru, En],
        Ru => &[Ru, Ky, En],
        Uz => &[Uz, En],
        Tg => &[Tg, Ru, En],
        Kk => &[Kk, Ky, Ru, En],
        En => &[En],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GazetteerFile {
    #[serde(rename = "source")]
    _source: String,
    places: Vec<Place>,
}

struct Gazetteer {
    places: Vec<Place>,
    by_id: BTreeMap<String, usize>,
    /// Folded names of each place: with spaces between words, and joined.
    keys: Vec<Vec<(String, String)>>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let file: GazetteerFile = serde_json::from_slice(include_bytes!("../../assets/gazetteer.json"))
        .expect("the shipped gazetteer is loaded by a test");
    let by_id = file.places.iter().enumerate().map(|(at, place)| (place.id.clone(), at)).collect();
    let key = |name| (fold(name), fold_joined(name));
    let keys = file.places.iter().map(|place| place.all_names().map(key).collect()).collect();
    Gazetteer { places: file.places, by_id, keys }
});

/// All places, in the order of their ids.
pub fn places() -> &'static [Place] {
    &GAZETTEER.places
}

/// The place of this id.
pub fn place(id: &str) -> Option<&'static Place> {
    GAZETTEER.by_id.get(id).map(|at| &GAZETTEER.places[*at])
}

/// Places whose names match, best first: the whole name, then the beginning of the name, of a word
/// in it, then anything inside. At most `limit`; none for an empty query.
pub fn find(query: &str, limit: usize) -> Vec<&'static Place> {
    let (query, joined) = (fold(query), fold_joined(query));
    if query.is_empty() {
        return Vec::new();
    }
    let ranked = GAZETTEER.keys.iter().enumerate();
    let mut found: Vec<_> = ranked
        .filter_map(|(at, keys)| Some((keys.iter().filter_map(|key| rank(key, &query, &joined)).min()?, at)))
        .collect();
    found.sort_unstable();
    found.into_iter().take(limit).map(|(_, at)| &GAZETTEER.places[at]).collect()
}

/// How well one name matches; 0 is best. Of equal matches the shorter name is nearer.
fn rank((spaced, joined): &(String, String), query: &str, query_joined: &str) -> Option<(u8, usize)> {
    let rank = if joined == query_joined {
        0
    } else if joined.starts_with(query_joined) {
        1
    } else if spaced.split(' ').any(|word| word.starts_with(query)) {
        2
    } else if joined.contains(query_joined) {
        3
    } else {
        return None;
    };
    Some((rank, joined.len()))
}

/// The place that a free name can only mean; none if no place or more than one has that name.
pub fn resolve(name: &str) -> Option<&'static Place> {
    let joined = fold_joined(name);
    let mut matching =
        GAZETTEER.keys.iter().enumerate().filter(|(_, keys)| keys.iter().any(|key| key.1 == joined));
    match (matching.next(), matching.next()) {
        (Some((at, _)), None) => Some(&GAZETTEER.places[at]),
        _ => None,
    }
}

/// The place nearest to a point, and how far it is, in metres. None if the point is not on Earth.
pub fn nearest(lat: f64, lon: f64) -> Option<(&'static Place, u32)> {
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return None;
    }
    let far = |place: &'static Place| (place, distance_m(lat, lon, place.lat, place.lon));
    let (place, metres) = places().iter().map(far).min_by(|one, other| one.1.total_cmp(&other.1))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 20,040,000 m")]
    Some((place, metres.round() as u32))
}

/// Along a sphere (haversine), which is at most half a percent off.
fn distance_m(lat: f64, lon: f64, other_lat: f64, other_lon: f64) -> f64 {
    const EARTH_RADIUS_M: f64 = 6_371_008.8;
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let a =
        half(lat, other_lat) + lat.to_radians().cos() * other_lat.to_radians().cos() * half(lon, other_lon);
    2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::date::Edtf;

    fn ids(query: &str) -> Vec<&'static str> {
        find(query, 5).into_iter().map(|place| place.id.as_str()).collect()
    }

    #[test]
    fn a_village_is_found_by_every_spelling() {
        for name in ["Көк-Таш", "Кок-Таш", "Кек-Таш", "Kok-Tash", "koktash", "Shakcha", "Кӯктош", "Kuktosh"]
        {
            assert_eq!(ids(name).first(), Some(&"kok-tash"), "{name}");
            assert_eq!(resolve(name).unwrap().id, "kok-tash", "{name}");
        }
    }

    #[test]
    fn there_are_two_villages_of_friendship() {
        let found = find("Dostuk", 5);
        let ids: Vec<_> = found.iter().map(|place| &*place.id).collect();
        assert_eq!(ids, ["dostuk-batken", "dostuk-leilek", "zhany-dostuk"], "the new village comes last");
        assert_eq!(found[0].successor.as_deref(), Some("zhany-dostuk"));
        let transferred: Vec<_> = found.iter().filter_map(|place| place.transferred.as_ref()).collect();
        assert_eq!(transferred.len(), 1);
        assert_eq!((&*transferred[0].on, &*transferred[0].to), ("2025", "TJ"));
        assert!(resolve("Достук").is_none(), "nobody can say which one is meant");
    }

    #[test]
    fn a_renamed_town_answers_to_both_names() {
        let town = resolve("Исфана").unwrap();
        assert_eq!(town.id, resolve("Раззаков").unwrap().id);
        assert_eq!(town.name(Language::En), "Razzakov");
        assert!(!town.former_names.is_empty());
    }

    #[test]
    fn the_whole_name_comes_before_its_beginning_and_its_middle() {
        assert_eq!(ids("Batken")[0], "batken");
        assert!(ids("Kok").contains(&"kok-terek"));
        assert!(ids("Terek").contains(&"ak-terek"));
        assert_eq!(find("a", 3).len(), 3);
        assert!(find("", 3).is_empty() && find("!!", 3).is_empty() && find("no such village", 3).is_empty());
    }

    #[test]
    fn every_place_of_the_sources_is_there() {
        for name in [
            "Kok-Tash",
            "Golovnoi",
            "Головной",
            "Kok-Terek",
            "Maksat",
            "Chorbog",
            "Ovchi Kal'acha",
            "Ak-Sai",
            "Ak-Say",
            "Tort-Kocho",
            "Khoji Alo",
            "Ходжаи Алло",
            "Zhaka-Oruk",
            "Kocho-Karyn",
            "Dakhma",
            "Chechme",
            "Chashma",
            "Kulundu",
            "Somoniyon",
            "Самониён",
            "Ak-Terek",
            "Toguz-Bulak",
            "Maisky",
            "Tash-Tumshuk",
            "Chimgen",
            "Baul",
            "Golbo",
            "Bishkek",
            "Osh",
            "Sokh",
            "Vorukh",
            "Momunov",
        ] {
            assert!(resolve(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_gazetteer_is_sound() {
        let mut before = "";
        for place in places() {
            assert!(*before < *place.id, "{} is out of order or twice", place.id);
            before = &place.id;
            let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(place.id.chars().all(slug), "{}", place.id);
            for code in ["en", "ru"] {
                assert!(place.names.contains_key(code), "{} has no name in {code}", place.id);
            }
            assert!(place.country != "KG" || place.names.contains_key("ky"), "{}", place.id);
            assert!((39.0..43.0).contains(&place.lat) && (69.0..75.0).contains(&place.lon), "{}", place.id);
            assert!(place.names.keys().all(|code| code.parse::<Language>().is_ok()), "{}", place.id);
            let former = place.former_names.iter().map(|former| &former.valid_to);
            let transfer = place.transferred.iter().map(|transfer| &transfer.on);
            for date in former.chain(transfer).chain(&place.valid_from).chain(&place.valid_to) {
                assert!(Edtf::parse(date).is_ok(), "{}: {date}", place.id);
            }
            if let Some(successor) = &place.successor {
                assert!(super::place(successor).is_some(), "{}", place.id);
            }
        }
    }

    #[test]
    fn the_nearest_place_is_near() {
        let (place, metres) = nearest(40.0605, 70.8193).unwrap();
        assert_eq!(place.id, "batken");
        assert!(metres < 50, "{metres}");
        assert!(nearest(f64::NAN, 70.0).is_none() && nearest(91.0, 0.0).is_none());
        assert!(nearest(-40.0, -110.0).is_some());
    }
}
