-- How far each report has come is asked for every row of a list. Answered from these alone: the
-- rows themselves hold whole documents and envelopes.
create index envelope_by_author on envelope (device, stream, dseq, state);
create index document_draft on document (stream) where released = 0;
