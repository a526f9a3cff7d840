//! The reports that everybody writes: the sample accounts, varied, so that no two are the same.

use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::form::samples::{SampleReport, sample_reports};

/// The accounts, over and over, each time with other numbers and with more or fewer words: those of
/// another account in the same language, in an order of its own.
pub fn reports(count: usize, seed: u64) -> impl Iterator<Item = SampleReport> {
    let samples = sample_reports();
    (0..count).map(move |place| {
        let mut dice = Dice(seed * 1_000_003 + place as u64 + 1);
        let mut report = samples[place % samples.len()].clone();
        for (_, answer) in &mut report.answers {
            if let Answer::Integer(number) = answer {
                *number += dice.below(9);
            }
        }
        let others: Vec<&SampleReport> =
            samples.iter().filter(|other| other.language == report.language).collect();
        for _ in 0..dice.below(4) {
            let other = others[usize::try_from(dice.below(others.len() as i64)).unwrap_or(0)];
            let from = usize::try_from(dice.below(6)).unwrap_or(0);
            let words: Vec<&str> = other.narrative.split(' ').skip(from).collect();
            report.narrative.push(' ');
            report.narrative.push_str(&words.join(" "));
        }
        report.narrative.push_str(&format!(" ({}:{:02})", dice.below(24), dice.below(60)));
        report
    })
}

/// One report with exactly so many words of narrative in a language, none said twice where the
/// samples have enough.
pub fn report_of_words(words: usize, language: Language) -> SampleReport {
    let samples = sample_reports();
    let mut report = samples
        .iter()
        .filter(|sample| sample.language == language)
        .max_by_key(|sample| sample.answers.len())
        .expect("the samples are in this language too")
        .clone();
    let all = samples.iter().filter(|sample| sample.language == language);
    let mut narrative: Vec<&str> = all.flat_map(|sample| sample.narrative.split_whitespace()).collect();
    let once = narrative.clone();
    while narrative.len() < words {
        narrative.extend(&once);
    }
    narrative.truncate(words);
    report.narrative = narrative.join(" ");
    report
}

struct Dice(u64);

impl Dice {
    // SplitMix64.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % bound.unsigned_abs().max(1)).unwrap_or(0)
    }
}
