//! The views in TypeScript, for the web app: generated from the Rust types, and kept in the web
//! app's tree. A change of a view that the web app does not know of fails here; the TypeScript
//! compiler says what has to follow. `BAIKOO_BLESS=1` writes the file anew.

use std::path::Path;

use ts_rs::{Config, TS};

use crate::client::{ChoiceView, FormSectionView, FormView, PlaceView, QuestionView};
use crate::form::answer::{Answer, DateAnswer, PlaceAnswer, TimeAnswer};
use crate::form::definition::{Kind, Stage};
use crate::view::{
    Author, Delivery, DeviceView, EntryView, FieldView, Filter, HintView, HistoryView, InviteView, Me,
    QuarantinedView, ReportList, ReportSummary, ReportView, ReviewView, SavedView, SectionView,
    SheetsStanding, SpanView, SyncView, TalkView, VersionView,
};

const HEAD: &str = "// Generated from client-core's views by its test `the_web_app_knows_these_views`. Not to be edited.\n\n\
    export type Role = \"monitor\" | \"coordinator\";\n\
    export type RevokeReason = \"lost\" | \"seized\" | \"left\";\n";

#[test]
fn the_web_app_knows_these_views() {
    let config = Config::default();
    let declarations = [
        Answer::decl(&config),
        DateAnswer::decl(&config),
        TimeAnswer::decl(&config),
        PlaceAnswer::decl(&config),
        Delivery::decl(&config),
        SheetsStanding::decl(&config),
        Author::decl(&config),
        ReportSummary::decl(&config),
        VersionView::decl(&config),
        FieldView::decl(&config),
        EntryView::decl(&config),
        SectionView::decl(&config),
        TalkView::decl(&config),
        HintView::decl(&config),
        SpanView::decl(&config),
        ReportView::decl(&config),
        ReviewView::decl(&config),
        HistoryView::decl(&config),
        DeviceView::decl(&config),
        InviteView::decl(&config),
        QuarantinedView::decl(&config),
        SyncView::decl(&config),
        Filter::decl(&config),
        SavedView::decl(&config),
        ReportList::decl(&config),
        Me::decl(&config),
        FormView::decl(&config),
        FormSectionView::decl(&config),
        QuestionView::decl(&config),
        ChoiceView::decl(&config),
        PlaceView::decl(&config),
        Kind::decl(&config),
        Stage::decl(&config),
    ];
    let wanted: String =
        std::iter::once(HEAD.to_owned()).chain(declarations.map(|one| format!("export {one}\n"))).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/core/views.ts");
    if std::env::var_os("BAIKOO_BLESS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, wanted, "run the test with BAIKOO_BLESS=1, and let the web app follow");
}
