//! Forms: what is asked, in which words, and what the answers look like.
//!
//! A form is data. It may come from another workspace, so loading one checks everything and nothing
//! here trusts it. Whatever is wrong with an *answer* is a hint to whoever reads it: no hint ever
//! stops a person from saving or sending.

pub mod answer;
pub mod choices;
pub mod condition;
pub mod date;
pub mod definition;
pub mod gazetteer;
pub mod labels;
pub mod load;
pub mod parse;
pub mod samples;
pub mod time;
pub mod validate;

pub use answer::{Answer, AnswerType, DateAnswer, PlaceAnswer, Scalar, TimeAnswer};
pub use choices::find_choices;
pub use definition::{ChoiceList, Form, Kind, NARRATIVES, Question, Section, Sensitivity, Stage};
pub use load::{FormError, default_form, review_form};
pub use parse::{AnswerError, parse_answer};
pub use validate::{Answers, Hint, HintKind, blocks_review, progress, relevant_questions, validate};
