//! From an old text and a new one to the few edits between them.
//!
//! Edits are found word by word, so that what two people change in different sentences does not
//! collide; inside a changed word only the letters that differ are touched. No edit begins or ends
//! inside a character that is made of several code points, such as й or a flag.

/// Replace `delete` code points at code point `at` by `insert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) at: usize,
    pub(super) delete: usize,
    pub(super) insert: String,
}

/// The table that finds the words in common is at most this large; past it, the middle is replaced
/// as a whole. A thousand changed words against a thousand fit.
const TABLE_MAX: usize = 4_000_000;

/// The edits that turn `old` into `new`, **last first**, so that each one's place stays right while
/// they are carried out in order.
pub(super) fn diff(old: &str, new: &str) -> Vec<Splice> {
    let (old, new) = (words(old), words(new));
    let start = common(old.iter(), new.iter());
    let end = common(old[start..].iter().rev(), new[start..].iter().rev());
    let (old_middle, new_middle) = (&old[start..old.len() - end], &new[start..new.len() - end]);

    let mut at = length(&old[..start]);
    let mut splices = Vec::new();
    for (removed, inserted, kept) in hunks(old_middle, new_middle) {
        let (removed, inserted) = (&old_middle[removed], &new_middle[inserted]);
        splices.extend(letters(at, &removed.concat(), &inserted.concat()));
        at += length(removed) + length(&old_middle[kept]);
    }
    splices.reverse();
    splices
}

fn length(words: &[&str]) -> usize {
    words.iter().map(|word| word.chars().count()).sum()
}

fn common<'a>(one: impl Iterator<Item = &'a &'a str>, other: impl Iterator<Item = &'a &'a str>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// Cuts a text into runs of spaces and runs of anything else.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut space = None;
    for (index, c) in text.char_indices() {
        if space.is_some_and(|space| space != c.is_whitespace()) && !joins(c) {
            words.push(&text[start..index]);
            start = index;
        }
        if space.is_none() || !joins(c) {
            space = Some(c.is_whitespace());
        }
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

type Hunk = (core::ops::Range<usize>, core::ops::Range<usize>, core::ops::Range<usize>);

/// Runs of removed and inserted words, each with the run of kept old words that follows it.
fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > TABLE_MAX {
        return vec![(0..old.len(), 0..new.len(), old.len()..old.len())];
    }
    let table = common_lengths(old, new);
    let width = new.len() + 1;
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let (removed, inserted) = (i, j);
        while i < old.len() || j < new.len() {
            if i < old.len() && j < new.len() && old[i] == new[j] {
                break;
            }
            let skip_old =
                j == new.len() || i < old.len() && table[(i + 1) * width + j] >= table[i * width + j + 1];
            if skip_old { i += 1 } else { j += 1 }
        }
        let (removed, inserted, kept) = (removed..i, inserted..j, i);
        while i < old.len() && j < new.len() && old[i] == new[j] {
            i += 1;
            j += 1;
        }
        hunks.push((removed, inserted, kept..i));
    }
    hunks
}

/// For every pair of places, how many words the rests have in common, in order.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut table = vec![0; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i * width + j] = if old[i] == new[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    table
}

/// The one edit between two short texts, without the letters that they begin and end with alike.
fn letters(at: usize, old: &str, new: &str) -> Option<Splice> {
    if old == new {
        return None;
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let mut start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    while start > 0 && (cuts(&old, start) || cuts(&new, start)) {
        start -= 1;
    }
    let rest = old.len().min(new.len()) - start;
    let mut end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    while end > 0 && (cuts(&old, old.len() - end) || cuts(&new, new.len() - end)) {
        end -= 1;
    }
    Some(Splice {
        at: at + start,
        delete: old.len() - end - start,
        insert: new[start..new.len() - end].iter().collect(),
    })
}

/// Whether a cut before `index` would fall inside a character made of several code points.
fn cuts(text: &[char], index: usize) -> bool {
    let after_joiner = index > 0 && (text[index - 1] == '\u{200d}' || is_flag_half(text[index - 1]));
    index < text.len() && (joins(text[index]) || after_joiner)
}

/// Code points that belong to the one before them: combining marks, variation selectors, joiners,
/// skin tones, tags.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{064b}'..='\u{065f}' | '\u{0670}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200c}'..='\u{200d}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0020}'..='\u{e007f}')
}

fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn carry_out(old: &str, splices: &[Splice]) -> String {
        let mut text: Vec<char> = old.chars().collect();
        for splice in splices {
            text.splice(splice.at..splice.at + splice.delete, splice.insert.chars());
        }
        text.into_iter().collect()
    }

    #[test]
    fn two_changed_words_are_two_small_edits() {
        let old = "Three houses burned in Kok-Tash on Thursday";
        let new = "Four houses burned in Kok-Tash on Friday";
        let splices = diff(old, new);
        assert_eq!(carry_out(old, &splices), new);
        assert_eq!(splices.len(), 2);
        assert!(splices.iter().map(|splice| splice.delete).sum::<usize>() <= 10, "{splices:?}");
    }

    #[test]
    fn a_letter_with_its_mark_stays_whole() {
        let (old, new) = ("и", "и\u{306}");
        assert_eq!(diff(old, new), [Splice { at: 0, delete: 1, insert: new.to_owned() }]);
        let (old, new) = ("🇰🇬", "🇰🇿");
        assert_eq!(diff(old, new), [Splice { at: 0, delete: 2, insert: new.to_owned() }]);
    }

    #[test]
    fn a_text_too_different_to_compare_is_replaced_as_a_whole() {
        let old = (0..2_500).map(|n| format!("a{n} ")).collect::<String>();
        let new = (0..2_500).map(|n| format!("b{n} ")).collect::<String>();
        assert_eq!(carry_out(&old, &diff(&old, &new)), new);
    }

    proptest! {
        #[test]
        fn the_edits_lead_from_the_old_text_to_the_new(
            old in "[ab й\u{301}\u{200d}👩🏽\n]{0,40}", new in "[ab й\u{301}\u{200d}👩🏽\n]{0,40}",
        ) {
            prop_assert_eq!(carry_out(&old, &diff(&old, &new)), new);
        }
    }
}
