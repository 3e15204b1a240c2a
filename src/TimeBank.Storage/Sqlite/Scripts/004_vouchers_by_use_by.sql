-- Lists of vouchers in the order in which they should be used.
CREATE INDEX accounts_by_last_day_and_path ON accounts (region, valid_until, path) WHERE valid_until IS NOT NULL;
