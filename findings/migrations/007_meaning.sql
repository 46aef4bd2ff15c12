-- What a finding means: what its document speaks of, whom it is about, how sure and why.

ALTER TABLE matches ADD COLUMN categories VARCHAR[];
ALTER TABLE matches ADD COLUMN person_ids VARCHAR[];
ALTER TABLE matches ADD COLUMN false_per_million DOUBLE;
ALTER TABLE matches ADD COLUMN reasons VARCHAR[];
COMMENT ON COLUMN matches.categories IS 'what of special protection the document speaks of there, or the register says of the letter; never the words. Empty (NULL) where nobody looked';
COMMENT ON COLUMN matches.person_ids IS 'keyed ids of the registered people of the letter; none where the register says nothing, NULL where nobody looked';
COMMENT ON COLUMN matches.false_per_million IS 'of a million documents of other patients, how many come so far by chance at most (95 %); NULL where it is not known';
COMMENT ON COLUMN matches.reasons IS 'why, for this letter; NULL where an older Stray matched';

ALTER TABLE findings ADD COLUMN categories VARCHAR[];
ALTER TABLE findings ADD COLUMN person_ids VARCHAR[];
ALTER TABLE findings ADD COLUMN false_per_million DOUBLE;
ALTER TABLE findings ADD COLUMN anchors MAP(VARCHAR, VARCHAR);
ALTER TABLE findings ADD COLUMN reasons VARCHAR[];
COMMENT ON COLUMN findings.categories IS 'when last present: what of special protection the document speaks of; the closed set stands in docs/severity.md. NULL where nobody looked';
COMMENT ON COLUMN findings.person_ids IS 'when last present: keyed ids of the registered people of the letter; none where the register says nothing, NULL where nobody looked';
COMMENT ON COLUMN findings.false_per_million IS 'when last present: of a million documents of other patients, how many come so far by chance at most (95 %); NULL where it is not known';
COMMENT ON COLUMN findings.anchors IS 'when last present: kind of identifier: agree, conflict or absent';
COMMENT ON COLUMN findings.reasons IS 'when last present: why, for this letter, in words that a reader can check';
