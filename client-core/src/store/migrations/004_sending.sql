-- What is to be sent is asked with every call, and by everybody who shows what waits. Answered from
-- this alone: the rows themselves hold whole documents.
create index document_sending on document (stream, released, priority, begun_ms);
drop index document_draft;
