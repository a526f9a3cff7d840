-- Everything that the server keeps. Nothing here says what anybody wrote, or who anybody is:
-- `bytes` is ciphertext with a signed header, ids are random or cut from a hash.

create table workspace (
    workspace blob not null primary key, -- cut from the hash of the genesis
    log_epoch blob not null,             -- random; drawn anew when a backup is restored
    head integer not null,               -- the last seq of the log
    running blob not null,               -- the running hash there
    mseq integer not null,               -- the number of membership entries
    bytes integer not null               -- what counts against the quota: envelopes and entries
) strict, without rowid;

-- Epochs that ended when a backup was restored.
create table epoch (
    workspace blob not null,
    number integer not null,             -- counts from 1
    log_epoch blob not null,             -- the one that ended
    head integer not null,               -- the last seq that it shares with the epoch after
    primary key (workspace, number)
) strict, without rowid;

create table entry (
    workspace blob not null,
    mseq integer not null,               -- from 1, without a gap
    hash blob not null,                  -- of bytes
    bytes blob not null,                 -- a membership entry, signed
    primary key (workspace, mseq)
) strict, without rowid;

create table token (
    workspace blob not null,
    device blob not null,                -- whose
    hash blob not null,                  -- of the device's token
    primary key (workspace, device)
) strict, without rowid;

create table log (
    workspace blob not null,
    seq integer not null,                -- from 1, without a gap
    device blob not null,                -- who made the envelope
    dseq integer not null,               -- which of that device's, from 1
    kind integer not null,               -- the envelope's kind byte
    stream blob,                         -- the document; null for kinds without one
    hash blob not null,                  -- of bytes
    running blob not null,               -- the running hash at seq
    bytes blob not null,                 -- the envelope's canonical form
    primary key (workspace, seq),
    unique (workspace, device, dseq, hash)
) strict;

create index log_of_stream on log (workspace, stream, seq);
create index adoptions on log (workspace, seq) where kind = 4;

create table stream (
    workspace blob not null,
    stream blob not null,
    owner blob,                          -- the member who brought its key; null until then
    last_seq integer not null,           -- its last envelope
    primary key (workspace, stream)
) strict, without rowid;

create index streams_of_owner on stream (workspace, owner, last_seq);

-- Which device may read which stream, beside its owner's.
create table granted (
    workspace blob not null,
    device blob not null,
    stream blob not null,
    seq integer not null,                -- the first grant
    primary key (workspace, device, stream)
) strict, without rowid;

-- The latest checkpoint of each coordinator's device that names a device.
create table mention (
    workspace blob not null,
    device blob not null,
    coordinator blob not null,           -- the device that signed the checkpoint
    seq integer not null,                -- the checkpoint
    primary key (workspace, device, coordinator)
) strict, without rowid;

-- The one table that belongs to no workspace: codes that create one, each used once.
create table setup_code (
    hash blob not null primary key       -- of the code
) strict, without rowid;
