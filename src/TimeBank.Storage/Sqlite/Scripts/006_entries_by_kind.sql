-- Lists of one kind of entry, such as holds or reversals. Without the plain postings, which most entries are: they pay nothing here, and a list of them walks the journal.
CREATE INDEX entries_by_kind ON entries (region, kind, idx) WHERE kind <> 1;
