//! The projection: what lists and search need. It is derived, and can be rebuilt at any time.

use baikoo_protocol::id::{DeviceId, StreamId};
use rusqlite::OptionalExtension;
use rusqlite::types::Value;

use super::{StoreError, Tx, array, number};
use crate::view::Filter;

/// The columns that lists are filtered and ordered by.
#[derive(Debug, Clone, PartialEq)]
pub struct RowColumns {
    /// For the order of lists.
    pub changed_ms: i64,
    /// EDTF.
    pub date: Option<String>,
    /// Codes.
    pub types: Vec<String>,
    /// The gazetteer's district.
    pub district: Option<String>,
    /// draft, sent or withdrawn.
    pub stage: String,
    /// The review's status.
    pub review: Option<String>,
    /// Of the narrative.
    pub language: Option<String>,
    /// The device that began it.
    pub author: DeviceId,
    /// Fields with more than one version.
    pub conflicts: u32,
    /// Questions that wait.
    pub questions: u32,
    /// Danger goes on.
    pub urgent: bool,
    /// Came or changed since it was last opened.
    pub unread: bool,
}

/// A row of a list: the report and the JSON that was put there.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// The report.
    pub stream: StreamId,
    /// As it was put.
    pub row: String,
    /// Came or changed since it was last opened.
    pub unread: bool,
}

impl Tx<'_> {
    /// Puts a report into the projection, or renews it. `folded` is what search looks into.
    pub fn project(
        &self,
        stream: StreamId,
        columns: &RowColumns,
        row: &str,
        folded: &str,
    ) -> Result<(), StoreError> {
        let types = format!(" {} ", columns.types.join(" "));
        self.0
            .prepare_cached(
                "insert or replace into report_row (stream, changed_ms, date, types, district, stage, review,
                   language, author, conflicts, questions, urgent, unread, row)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute((
                stream.0,
                columns.changed_ms,
                &columns.date,
                types,
                &columns.district,
                &columns.stage,
                &columns.review,
                &columns.language,
                columns.author.0,
                columns.conflicts,
                columns.questions,
                columns.urgent,
                columns.unread,
                row,
            ))?;
        let known: Option<i64> = self
            .0
            .prepare_cached("select id from report_text_id where stream = ?1")?
            .query_row([stream.0], |row| row.get(0))
            .optional()?;
        let id = if let Some(id) = known {
            self.0.prepare_cached("delete from report_text where rowid = ?1")?.execute([id])?;
            id
        } else {
            self.0.prepare_cached("insert into report_text_id (stream) values (?1)")?.execute([stream.0])?;
            self.0.last_insert_rowid()
        };
        self.0
            .prepare_cached("insert into report_text (rowid, folded) values (?1, ?2)")?
            .execute((id, folded))?;
        Ok(())
    }

    /// Takes a report out of the projection.
    pub fn unproject(&self, stream: StreamId) -> Result<(), StoreError> {
        self.0
            .prepare_cached(
                "delete from report_text where rowid in (select id from report_text_id where stream = ?1)",
            )?
            .execute([stream.0])?;
        self.0.prepare_cached("delete from report_text_id where stream = ?1")?.execute([stream.0])?;
        self.0.prepare_cached("delete from report_row where stream = ?1")?.execute([stream.0])?;
        Ok(())
    }

    /// Drops the whole projection.
    pub fn drop_projection(&self) -> Result<(), StoreError> {
        self.0.execute_batch(
            "delete from report_row; delete from report_text_id;
             insert into report_text (report_text) values ('delete-all');",
        )?;
        Ok(())
    }

    /// Marks a report as opened.
    pub fn set_read(&self, stream: StreamId) -> Result<(), StoreError> {
        self.0.prepare_cached("update report_row set unread = 0 where stream = ?1")?.execute([stream.0])?;
        Ok(())
    }

    /// One report of the projection.
    pub fn listed(&self, stream: StreamId) -> Result<Option<ListedRow>, StoreError> {
        let mut statement = self.0.prepare_cached("select row, unread from report_row where stream = ?1")?;
        Ok(statement
            .query_row([stream.0], |row| Ok(ListedRow { stream, row: row.get(0)?, unread: row.get(1)? }))
            .optional()?)
    }

    /// A page of the list and how many there are in all. `matched` is an FTS5 expression.
    pub fn list(&self, filter: &Filter, matched: Option<&str>) -> Result<(u32, Vec<ListedRow>), StoreError> {
        let (mut clauses, mut values) = (Vec::new(), Vec::<Value>::new());
        let mut from = "report_row r".to_owned();
        let mut order = "r.changed_ms desc, r.stream";
        if let Some(matched) = matched {
            from = "report_text t join report_text_id i on i.id = t.rowid
                    join report_row r on r.stream = i.stream"
                .to_owned();
            clauses.push("report_text match ?".to_owned());
            values.push(Value::Text(matched.to_owned()));
            order = "bm25(report_text), r.changed_ms desc";
        }
        if !filter.types.is_empty() {
            let any: Vec<&str> = filter.types.iter().map(|_| "instr(r.types, ?) > 0").collect();
            clauses.push(format!("({})", any.join(" or ")));
            values.extend(filter.types.iter().map(|code| Value::Text(format!(" {code} "))));
        }
        for (column, wanted) in [
            ("r.district", &filter.districts),
            ("r.stage", &filter.stages),
            ("r.review", &filter.reviews),
            ("r.language", &filter.languages),
        ] {
            if !wanted.is_empty() {
                clauses.push(format!("{column} in ({})", vec!["?"; wanted.len()].join(", ")));
                values.extend(wanted.iter().cloned().map(Value::Text));
            }
        }
        if !filter.authors.is_empty() {
            clauses.push(format!("r.author in ({})", vec!["?"; filter.authors.len()].join(", ")));
            values.extend(filter.authors.iter().map(|device| Value::Blob(device.0.to_vec())));
        }
        if let Some(start) = &filter.from {
            clauses.push("r.date >= ?".to_owned());
            values.push(Value::Text(start.clone()));
        }
        if let Some(end) = &filter.to {
            // `2021-04~` and `2021-04-29` both lie within a filter that ends at `2021-04`.
            clauses.push("substr(r.date, 1, ?) <= ?".to_owned());
            values.push(Value::Integer(i64::try_from(end.len()).unwrap_or(10)));
            values.push(Value::Text(end.clone()));
        }
        for (wanted, clause) in [
            (filter.conflicted, "r.conflicts > 0"),
            (filter.asked, "r.questions > 0"),
            (filter.unread, "r.unread = 1"),
            (filter.urgent, "r.urgent = 1"),
        ] {
            if wanted {
                clauses.push(clause.to_owned());
            }
        }
        let wheres =
            if clauses.is_empty() { String::new() } else { format!(" where {}", clauses.join(" and ")) };
        let count: i64 = self
            .0
            .prepare_cached(&format!("select count(*) from {from}{wheres}"))?
            .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
        let limit = if filter.limit == 0 { -1 } else { i64::from(filter.limit) };
        values.extend([Value::Integer(limit), Value::Integer(i64::from(filter.offset))]);
        let sql =
            format!("select r.stream, r.row, r.unread from {from}{wheres} order by {order} limit ? offset ?");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(&values), |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?))
        })?;
        let rows = rows
            .map(|row| {
                let (stream, row, unread) = row?;
                Ok(ListedRow { stream: StreamId(array(&stream)?), row, unread })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok((u32::try_from(number(count)).unwrap_or(u32::MAX), rows))
    }
}
