//! A row a report. A cell that a spreadsheet would take for a formula gets an apostrophe before it.

use crate::form::labels::{Language, label};
use crate::form::{Sensitivity, default_form};
use crate::report::TextName;
use crate::view::{FieldView, ReportView};

pub(super) fn write(reports: &[ReportView], language: Language) -> Vec<u8> {
    let form = default_form();
    let questions: Vec<_> = form
        .sections
        .iter()
        .filter(|section| !section.repeat)
        .flat_map(|section| &section.questions)
        .filter(|question| {
            question.sensitivity != Sensitivity::Identity && question.kind.answer_type().is_some()
        })
        .collect();
    let repeats: Vec<_> = form.sections.iter().filter(|section| section.repeat).collect();

    let mut out = "\u{feff}".to_owned();
    let mut head: Vec<String> =
        ["id", "title", "stage", "review", "delivery", "author", "changed_ms", "language", "lat", "lon"]
            .map(str::to_owned)
            .to_vec();
    for question in &questions {
        head.push(question.name.clone());
        head.push(format!("{}_label", question.name));
    }
    head.extend(repeats.iter().map(|section| format!("{}_count", section.name)));
    head.extend(["narrative".to_owned(), "conflicted".to_owned(), "conflicted_fields".to_owned()]);
    row(&mut out, &head);
    let words: Vec<String> = head.iter().map(|name| column_label(name, language)).collect();
    row(&mut out, &words);

    for report in reports {
        let summary = &report.summary;
        let mut cells = vec![
            summary.id.to_string(),
            summary.title.clone(),
            summary.stage.clone(),
            summary.review.clone().unwrap_or_default(),
            serde_json::to_string(&summary.delivery).unwrap_or_default().replace('"', ""),
            summary.author.name.clone().unwrap_or_else(|| summary.author.device.to_string()),
            summary.changed_ms.to_string(),
            summary.language.clone().unwrap_or_default(),
            summary.lat.map(|lat| lat.to_string()).unwrap_or_default(),
            summary.lon.map(|lon| lon.to_string()).unwrap_or_default(),
        ];
        for question in &questions {
            let field = find(report, &question.name);
            cells.push(field.map(code).unwrap_or_default());
            cells.push(field.map(|field| field.text.clone()).unwrap_or_default());
        }
        for section in &repeats {
            let entries = report.sections.iter().find(|shown| shown.name == section.name);
            let count = entries
                .map_or(0, |shown| shown.entries.iter().filter(|entry| entry.removed.is_none()).count());
            cells.push(count.to_string());
        }
        cells.push(report.narrative.clone());
        let conflicted = super::conflicted_questions(report);
        cells.push((!conflicted.is_empty()).to_string());
        cells.push(conflicted.join(" "));
        row(&mut out, &cells);
    }
    out.into_bytes()
}

fn find<'a>(report: &'a ReportView, question: &str) -> Option<&'a FieldView> {
    let mut fields = report.sections.iter().flat_map(|section| &section.fields);
    fields.find(|field| field.question == question)
}

fn code(field: &FieldView) -> String {
    use crate::form::answer::Scalar;
    match field.answer.as_ref().map(crate::form::answer::Answer::to_scalar) {
        Some(Scalar::Text(text)) => text,
        Some(Scalar::Integer(number)) => number.to_string(),
        Some(Scalar::Decimal(number)) => number.to_string(),
        Some(Scalar::Empty) | None => String::new(),
    }
}

fn column_label(name: &str, language: Language) -> String {
    if name == TextName::Narrative.key() {
        return label(language, "question.narrative").text.to_owned();
    }
    let question = name.strip_suffix("_label").unwrap_or(name);
    match default_form().question(question) {
        Some(_) => label(language, &format!("question.{question}")).text.to_owned(),
        None => name.to_owned(),
    }
}

fn row(out: &mut String, cells: &[String]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        let cell = if risky { format!("'{cell}") } else { cell.clone() };
        if cell.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_stays_a_text_and_a_number_a_number() {
        let mut out = String::new();
        row(&mut out, &["=cmd|' /C calc'!A0".to_owned(), "-3".to_owned(), "a \"b\", c".to_owned()]);
        assert_eq!(out, "'=cmd|' /C calc'!A0,-3,\"a \"\"b\"\", c\"\r\n");
    }
}
