-- Everything that a device stores, in one encrypted database. docs/DATA.md tells the same in prose.

create table meta (
    name text primary key,              -- one of the names in meta.rs
    value blob not null                 -- bytes, or a number in text
) strict, without rowid;

-- The membership log, as the server gave it and this device verified it.
create table membership (
    mseq integer primary key,           -- from 1 without a gap
    bytes blob not null                 -- the entry
) strict;

-- What this device, a coordinator's, wants to add to the membership log.
create table membership_wish (
    id integer primary key,             -- in the order of wishing
    body blob not null,                 -- signed only when the log's head is known
    trouble text                        -- why the server refused it for good, if it did
) strict;

-- Every envelope that this device made or received, raw, and what became of it.
create table envelope (
    id integer primary key,             -- in the order of arrival
    hash blob not null unique,          -- of the canonical form
    device blob not null,               -- who signed it
    dseq integer not null,              -- that device's count
    stream blob not null,               -- the document; zero if none
    kind integer not null,              -- as in the protocol
    seq integer,                        -- place in the server's log of the current epoch, once known
    running blob,                       -- the running hash there, on devices that follow it
    state text not null,                -- outbox | stored | received | applied | waiting | quarantined
    reason text,                        -- why it waits or was quarantined
    bytes blob not null,                -- the canonical form
    arrived_ms integer not null         -- when, by this device's clock
) strict;
create index envelope_by_device on envelope (device, dseq);
create index envelope_by_stream on envelope (stream, id);
create index envelope_by_state on envelope (state, id);
create index envelope_by_seq on envelope (seq) where seq is not null;

-- Documents: a saved state, and the changes since. Both can be rebuilt from envelopes, but for
-- own changes that are not in an envelope yet.
create table document (
    stream blob primary key,            -- whose document
    kind integer not null,              -- 0 report, 1 review
    report blob not null,               -- of a review: its report; of a report: itself
    base blob not null,                 -- a saved Automerge document
    author blob not null,               -- the device that began it
    begun_ms integer not null,          -- when it came to be on this device
    released integer not null,          -- 0 while the author keeps it as a draft on this device
    opened_heads blob,                  -- the heads when it was last opened here; null if never
    priority integer not null           -- what is sent first: 0 urgent, 1 small, 2 rest
) strict, without rowid;
create table change (
    id integer primary key,             -- in an order in which they apply
    stream blob not null,               -- whose document
    bytes blob not null,                -- a raw Automerge change
    incarnation integer,                -- of an own one: the life of this database that made it
    sealed integer not null,            -- 0 while it is in no envelope yet
    based integer not null              -- 1 once it is part of the document's base
) strict;
create index change_by_stream on change (stream, id);
create index change_unsealed on change (stream) where sealed = 0;

-- Who stands behind an Automerge actor.
create table actor (
    stream blob not null,               -- in which document
    actor blob not null,                -- the Automerge actor
    device blob not null,               -- the device that signs for it
    primary key (stream, actor)
) strict, without rowid;

-- Keys of documents.
create table document_key (
    stream blob not null,               -- of which document
    key_id blob not null,               -- its public name
    key blob not null,                  -- the key
    announced integer not null,         -- 1 once an envelope carries its sealed copies
    primary key (stream, key_id)
) strict, without rowid;

-- Who else may read a document.
create table share (
    stream blob not null,               -- which document
    device blob not null,               -- which device
    granted integer not null,           -- 0 while no envelope says so yet
    primary key (stream, device)
) strict, without rowid;

-- Streams that a grant has opened, still to be fetched from their start.
create table backfill (
    stream blob primary key,            -- which stream
    after integer not null,             -- fetched up to this seq
    until integer not null              -- the grant's seq
) strict, without rowid;

-- What this device knows of others.
create table peer (
    device blob primary key,            -- who
    last_seen_ms integer,               -- when something of it last came, by this device's clock
    skew_ms integer,                    -- by how much its clock is ahead of the server's
    opened_dseq integer not null,       -- up to here everything of it was received and opened
    announced_dseq integer not null,    -- up to here a checkpoint of ours said so
    forked integer not null             -- 1 if two envelopes share a dseq
) strict, without rowid;

-- The projection: what lists and search need. It can be dropped and rebuilt at any time.
create table report_row (
    stream blob primary key,            -- the report
    changed_ms integer not null,        -- for the order of lists
    date text,                          -- EDTF
    types text not null,                -- codes between spaces, with a space at both ends
    district text,                      -- the gazetteer's district
    stage text not null,                -- draft | sent | withdrawn
    review text,                        -- the review's status
    language text,                      -- of the narrative
    author blob not null,               -- the device that began it
    conflicts integer not null,         -- fields with more than one version
    questions integer not null,         -- questions that wait
    urgent integer not null,            -- danger goes on
    unread integer not null,            -- came or changed since it was last opened
    row text not null                   -- JSON of what the list shows
) strict, without rowid;
create index report_row_by_time on report_row (changed_ms desc);
create virtual table report_text using fts5 (folded, tokenize = 'unicode61', content = '', contentless_delete = 1);
create table report_text_id (
    id integer primary key,             -- the row in report_text
    stream blob not null unique         -- the report
) strict;
