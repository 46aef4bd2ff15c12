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

-- Rules of severity are data: those that come with Stray, or the organisation's own. findings/severity_rules.toml.
CREATE TABLE severity_rule_sets (
    set_number INTEGER NOT NULL, origin VARCHAR NOT NULL, digest VARCHAR NOT NULL, rules VARCHAR NOT NULL,
    loaded_by VARCHAR NOT NULL, loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE severity_rule_sets IS 'Every set of severity rules that was ever loaded, by whom and when. Rows are only ever added; the one with the highest number holds.';
COMMENT ON COLUMN severity_rule_sets.set_number IS 'order of the sets';
COMMENT ON COLUMN severity_rule_sets.origin IS 'shipped: comes with Stray, and changes with it; organisation: stays until another is loaded';
COMMENT ON COLUMN severity_rule_sets.digest IS 'SHA-256 of the rules, in hex';
COMMENT ON COLUMN severity_rule_sets.rules IS 'the file as it was loaded, TOML';
COMMENT ON COLUMN severity_rule_sets.loaded_by IS 'who loaded it; stray for what is shipped';
COMMENT ON COLUMN severity_rule_sets.loaded_at IS 'when';

CREATE TABLE severity_levels (severity VARCHAR NOT NULL, from_points INTEGER NOT NULL);
COMMENT ON TABLE severity_levels IS 'From how many points on a finding is how severe, in the set that holds.';
COMMENT ON COLUMN severity_levels.severity IS 'critical, high, medium or low';
COMMENT ON COLUMN severity_levels.from_points IS 'the first of these that the sum reaches; below all of them it is low';

CREATE TABLE severity_rules (
    position INTEGER NOT NULL, rule_id VARCHAR NOT NULL, group_name VARCHAR, points INTEGER NOT NULL, why VARCHAR NOT NULL,
    at_least VARCHAR, at_most VARCHAR, categories VARCHAR[] NOT NULL
);
COMMENT ON TABLE severity_rules IS 'The rules of severity that hold.';
COMMENT ON COLUMN severity_rules.position IS 'place in the file';
COMMENT ON COLUMN severity_rules.rule_id IS 'its name';
COMMENT ON COLUMN severity_rules.group_name IS 'of rules of one group only the one with most points counts';
COMMENT ON COLUMN severity_rules.points IS 'added where it holds';
COMMENT ON COLUMN severity_rules.why IS 'what is said of the finding; {categories}, {persons}, {share}, {days}, {transport} stand for its own';
COMMENT ON COLUMN severity_rules.at_least IS 'where it holds, a finding is no less severe than this';
COMMENT ON COLUMN severity_rules.at_most IS 'where it holds, a finding is no more severe than this';
COMMENT ON COLUMN severity_rules.categories IS 'categories that its conditions ask for';

CREATE TABLE severity_conditions (
    rule_id VARCHAR NOT NULL, fact VARCHAR NOT NULL, any_of VARCHAR[] NOT NULL, at_least DOUBLE, below DOUBLE
);
COMMENT ON TABLE severity_conditions IS 'What each rule of severity asks; it holds if all its conditions do.';
COMMENT ON COLUMN severity_conditions.rule_id IS 'the rule';
COMMENT ON COLUMN severity_conditions.fact IS 'verdict, category, tier, host, supplier, media_type, transport, auth_above, listed, folder_listed, indexable, share, evidence, false_per_million, persons or days';
COMMENT ON COLUMN severity_conditions.any_of IS 'words, one of which it is; empty for numbers';
COMMENT ON COLUMN severity_conditions.at_least IS 'the least number; empty where there is none';
COMMENT ON COLUMN severity_conditions.below IS 'the number that it stays below; empty where there is none';

CREATE TABLE finding_severities (
    finding_id VARCHAR NOT NULL, severity VARCHAR NOT NULL, points INTEGER NOT NULL, reasons VARCHAR[] NOT NULL,
    rule_ids VARCHAR[] NOT NULL
);
COMMENT ON TABLE finding_severities IS 'Derived from findings, their exposure and the rules: how severe each finding is and why, one row per finding.';
COMMENT ON COLUMN finding_severities.finding_id IS 'the finding';
COMMENT ON COLUMN finding_severities.severity IS 'critical, high, medium or low';
COMMENT ON COLUMN finding_severities.points IS 'sum of the rules that hold';
COMMENT ON COLUMN finding_severities.reasons IS 'why: bounds first, then each rule that holds with its points';
COMMENT ON COLUMN finding_severities.rule_ids IS 'the rules that hold';
