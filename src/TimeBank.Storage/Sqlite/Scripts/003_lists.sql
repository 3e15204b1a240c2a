-- Lists of one event, such as the redemptions of a region, newest first.
CREATE INDEX entries_by_code ON entries (region, code, idx);
