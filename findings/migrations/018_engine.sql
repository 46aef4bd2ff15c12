-- Large units are cut into pieces, which are units of their own.
ALTER TABLE units ADD COLUMN parent VARCHAR;
COMMENT ON COLUMN units.parent IS 'unit of which it is a piece; empty where it was not cut, and for the first piece, which keeps the id';
