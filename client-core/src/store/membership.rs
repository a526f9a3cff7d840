//! The membership log and the wishes to add to it.

use baikoo_protocol::membership::{Body, Entry};

use super::{StoreError, Tx, integer};

impl Tx<'_> {
    /// The verified entries, the genesis first.
    pub fn membership_entries(&self) -> Result<Vec<Entry>, StoreError> {
        let mut statement = self.0.prepare_cached("select bytes from membership order by mseq")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| Entry::from_bytes(&bytes?).map_err(|_| StoreError::Damaged("membership"))).collect()
    }

    /// Adds a verified entry.
    pub fn add_membership_entry(&self, entry: &Entry) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached("insert into membership (mseq, bytes) values (?1, ?2)")?;
        statement.execute((integer(entry.mseq), entry.to_bytes()))?;
        Ok(())
    }

    /// Notes what this coordinator's device wants to add to the membership log.
    pub fn wish_membership(&self, body: &Body) -> Result<(), StoreError> {
        self.0
            .prepare_cached("insert into membership_wish (body, trouble) values (?1, null)")?
            .execute([body.to_bytes()])?;
        Ok(())
    }

    /// The wishes that the server has not refused for good, the oldest first, with their ids.
    pub fn membership_wishes(&self) -> Result<Vec<(i64, Body)>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("select id, body from membership_wish where trouble is null order by id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (id, bytes) = row?;
            Ok((id, Body::from_bytes(&bytes).map_err(|_| StoreError::Damaged("membership wish"))?))
        })
        .collect()
    }

    /// The wish is fulfilled, or has become pointless.
    pub fn drop_membership_wish(&self, id: i64) -> Result<(), StoreError> {
        self.0.prepare_cached("delete from membership_wish where id = ?1")?.execute([id])?;
        Ok(())
    }

    /// The wish can't be fulfilled; it is kept, to be shown.
    pub fn fail_membership_wish(&self, id: i64, trouble: &str) -> Result<(), StoreError> {
        self.0
            .prepare_cached("update membership_wish set trouble = ?2 where id = ?1")?
            .execute((id, trouble))?;
        Ok(())
    }
}
