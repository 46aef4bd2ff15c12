-- What is kept of documents that were seen, so that letters which come later are held against them without a request.

-- Numbers count up, so that some thousand that follow one another are read without reading all.
CREATE TABLE sketches (
    number BIGINT NOT NULL, sha256 VARCHAR NOT NULL, space VARCHAR NOT NULL, made_at TIMESTAMPTZ NOT NULL, content BLOB NOT NULL
);
COMMENT ON TABLE sketches IS 'Sketches of documents: a part of their keyed shingles, sealed under the pack''s key. One row a content; gone with the documents that have it.';
COMMENT ON COLUMN sketches.number IS 'counts up; with gaps where sketches were deleted';
COMMENT ON COLUMN sketches.sha256 IS 'SHA-256 of the document, in hex';
COMMENT ON COLUMN sketches.space IS 'tells which pack key and which normaliser it goes with; tells nothing of the key';
COMMENT ON COLUMN sketches.made_at IS 'when the document was fetched that it was made of';
COMMENT ON COLUMN sketches.content IS 'sealed: without the pack''s key only its length shows, about half a byte for each letter and digit of the text';

COMMENT ON COLUMN sweeps.kind IS 'sweep, recheck, tip_off or rematch (no request made: sketches held against letters that came later)';
