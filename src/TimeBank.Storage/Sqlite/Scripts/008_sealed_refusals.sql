-- Refusals and notes are chained, and the next entry seals the chain in its bytes: what is sealed can't be changed, removed or added to unseen. Those from before this script
-- stay counted and unsealed.

-- How many refusals and notes there were before it; null for entries, and for what is older than the chain.
ALTER TABLE outcomes ADD COLUMN nth INTEGER;

-- The chain over the refusals and notes since the last entry; empty where there are none. An append compares size, root and chain.
ALTER TABLE ledger_head ADD COLUMN chain BLOB NOT NULL DEFAULT x'';
