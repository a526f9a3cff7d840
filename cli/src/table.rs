//! Tables for people: columns padded by characters, cut to the terminal's width.

use crate::output::one_line;

/// The least that a column is cut to.
const LEAST: usize = 6;
const BETWEEN: &str = "  ";

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these words above its columns.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|word| one_line(word)).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| one_line(cell)).collect());
    }

    /// Whether nothing stands below the head.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// The lines, none wider than `width` as far as that can be.
    pub(crate) fn lines(&self, width: Option<usize>) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| chars(cell)).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..columns).map(widest).collect();
        if let Some(width) = width {
            let room = width.saturating_sub(BETWEEN.len() * columns.saturating_sub(1));
            while widths.iter().sum::<usize>() > room {
                let Some(widest) = widths.iter_mut().max() else { break };
                if *widest <= LEAST {
                    break;
                }
                *widest -= 1;
            }
        }
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| {
        let cell = cut(cell, *width);
        let pad = width.saturating_sub(chars(&cell));
        format!("{cell}{}", " ".repeat(pad))
    });
    cells.collect::<Vec<_>>().join(BETWEEN).trim_end().to_owned()
}

fn cut(cell: &str, width: usize) -> String {
    if chars(cell) <= width {
        return cell.to_owned();
    }
    let (mut kept, mut room) = (String::new(), width.saturating_sub(1));
    for c in cell.chars() {
        let takes = usize::from(!is_mark(c));
        if takes > room {
            break;
        }
        room -= takes;
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// How many columns a text takes: a character one, a combining mark none. That is right for the
/// scripts that are written here.
fn chars(text: &str) -> usize {
    text.chars().filter(|c| !is_mark(*c)).count()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_into_its_terminal() {
        let mut table = Table::new(&["id", "title"]);
        table.row(&["3f2a", "Көк-Таш · атышуу, үйлөр, мектеп"]);
        table.row(&["77", "short"]);
        let lines = table.lines(Some(20));
        assert_eq!(lines, ["id    title", "3f2a  Көк-Таш · аты…", "77    short"]);
        assert_eq!(table.lines(None)[1], "3f2a  Көк-Таш · атышуу, үйлөр, мектеп");
    }

    #[test]
    fn a_mark_takes_no_room() {
        assert_eq!(chars("и\u{306}"), 1);
        assert_eq!(cut("и\u{306}и\u{306}и\u{306}", 2), "и\u{306}…");
    }
}
