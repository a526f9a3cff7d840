-- Which review a report has is asked whenever a report changes. The documents themselves are too
-- large to be looked through for it.
create index document_review on document (report) where kind = 1;
