-- How severe each finding is, by the rules that are loaded: severity_rules, their conditions, and the levels. A rule
-- holds if none of its conditions fails; what is not known meets no condition, but where the rule asks for `unknown`.
-- Of rules of one group only the one with most points counts; bounds hold whether or not their rule counts.
--
-- Rules are tried for profiles, not for findings: all findings that no condition can tell apart are one profile. Of a
-- number counts how many of the rules' limits it reaches. 100,000 findings one by one took three times as long.
CREATE OR REPLACE TEMP MACRO severity_rank(severity) AS list_position(['low', 'medium', 'high', 'critical'], severity) - 1;
CREATE OR REPLACE TEMP MACRO within(number, at_least, below) AS
    (at_least IS NULL OR number >= at_least) AND (below IS NULL OR number < below);
CREATE OR REPLACE TEMP MACRO reached(number, limits) AS
    CASE WHEN number IS NOT NULL THEN len(list_filter(coalesce(limits, []), lambda each: each <= number)) END;

CREATE OR REPLACE TEMP TABLE severity_facts AS
WITH limits AS (
    SELECT list(each) FILTER (fact = 'share') AS share, list(each) FILTER (fact = 'evidence') AS evidence,
        list(each) FILTER (fact = 'false_per_million') AS false_per_million,
        list(each) FILTER (fact = 'persons') AS persons, list(each) FILTER (fact = 'days') AS days
    FROM (SELECT fact, unnest([at_least, below]) AS each FROM severity_conditions) WHERE each IS NOT NULL
), asked AS (
    SELECT coalesce(bool_or(fact = 'host'), false) AS host, coalesce(bool_or(fact = 'supplier'), false) AS supplier,
        coalesce(bool_or(fact = 'media_type'), false) AS media_type
    FROM severity_conditions
), answered AS (
    -- As in the view exposure_timeline: days on which it is known not to have been there are no days of exposure.
    SELECT sightings.finding_id, sightings.seen_at, sightings.presence = 'present' AS is_there,
        length(sightings.history) AS position,
        lag(sightings.presence = 'present') OVER definite AS was_there
    FROM sightings
    SEMI JOIN touched ON touched.finding_id = sightings.finding_id
    SEMI JOIN (SELECT finding_id FROM finding_states WHERE regexp_matches(history, 'P[^P]*G[^P]*P')) AS broken
        ON broken.finding_id = sightings.finding_id
    WHERE sightings.presence <> 'unknown'
    WINDOW definite AS (PARTITION BY sightings.finding_id ORDER BY length(sightings.history))
), gaps AS (
    SELECT finding_id, was_there, seen_at, lag(seen_at) OVER (PARTITION BY finding_id ORDER BY position) AS seen_before
    FROM answered WHERE is_there
), divided AS (
    SELECT finding_id, sum(date_diff('day', seen_before, seen_at)) AS days
    FROM gaps WHERE NOT was_there AND seen_before IS NOT NULL GROUP BY finding_id
), facts AS (
    SELECT findings.finding_id, findings.verdict, findings.tier,
        CASE WHEN asked.host THEN findings.host END AS host,
        CASE WHEN asked.supplier THEN findings.supplier END AS supplier,
        CASE WHEN asked.media_type THEN findings.media_type END AS media_type,
        coalesce(findings.categories, []) AS categories,
        findings.containment AS share, findings.evidence, findings.false_per_million,
        coalesce(len(findings.person_ids), 0) AS persons,
        date_diff('day', findings.first_seen, findings.last_seen) - coalesce(divided.days, 0)::BIGINT AS days,
        coalesce(exposures.transport, 'unknown') AS transport,
        coalesce(exposures.auth_above, 'unknown') AS auth_above,
        coalesce(exposures.listed, 'unknown') AS listed,
        coalesce(exposures.folder_listed, 'unknown') AS folder_listed,
        coalesce(exposures.indexable, 'unknown') AS indexable
    FROM findings
    SEMI JOIN touched ON touched.finding_id = findings.finding_id
    LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = findings.finding_id
    LEFT JOIN divided ON divided.finding_id = findings.finding_id
    CROSS JOIN asked
)
SELECT facts.*, reached(facts.share, limits.share) AS shares, reached(facts.evidence, limits.evidence) AS evidences,
    reached(facts.false_per_million, limits.false_per_million) AS chances, reached(facts.persons, limits.persons) AS people,
    reached(facts.days, limits.days) AS spans
FROM facts CROSS JOIN limits;

-- One finding of each profile stands for it.
CREATE OR REPLACE TEMP TABLE severity_profiles AS
WITH profiles AS (
    SELECT row_number() OVER () AS profile, * FROM (
        SELECT DISTINCT ON (verdict, tier, host, supplier, media_type, categories, transport, auth_above, listed,
            folder_listed, indexable, shares, evidences, chances, people, spans) *
        FROM severity_facts
    )
), failed AS (
    SELECT DISTINCT profiles.profile, asked.rule_id
    FROM profiles, severity_conditions AS asked
    WHERE NOT coalesce(
        CASE asked.fact
            WHEN 'verdict' THEN list_contains(asked.any_of, profiles.verdict)
            WHEN 'category' THEN list_has_any(profiles.categories, asked.any_of)
            WHEN 'tier' THEN list_contains(asked.any_of, profiles.tier)
            WHEN 'host' THEN list_contains(asked.any_of, profiles.host)
            WHEN 'supplier' THEN list_contains(asked.any_of, profiles.supplier)
            WHEN 'media_type' THEN list_contains(asked.any_of, profiles.media_type)
            WHEN 'transport' THEN list_contains(asked.any_of, profiles.transport)
            WHEN 'auth_above' THEN list_contains(asked.any_of, profiles.auth_above)
            WHEN 'listed' THEN list_contains(asked.any_of, profiles.listed)
            WHEN 'folder_listed' THEN list_contains(asked.any_of, profiles.folder_listed)
            WHEN 'indexable' THEN list_contains(asked.any_of, profiles.indexable)
            WHEN 'share' THEN within(profiles.share, asked.at_least, asked.below)
            WHEN 'evidence' THEN within(profiles.evidence, asked.at_least, asked.below)
            WHEN 'false_per_million' THEN within(profiles.false_per_million, asked.at_least, asked.below)
            WHEN 'persons' THEN within(profiles.persons, asked.at_least, asked.below)
            WHEN 'days' THEN within(profiles.days, asked.at_least, asked.below)
        END,
        false
    )
), holding AS (
    SELECT profiles.profile, rules.position, rules.rule_id, rules.points, rules.at_least, rules.at_most,
        row_number() OVER (
            PARTITION BY profiles.profile, coalesce('group ' || rules.group_name, 'rule ' || rules.rule_id)
            ORDER BY rules.points DESC, rules.position
        ) = 1 AS counts,
        replace(replace(rules.why,
            '{categories}', replace(array_to_string(
                list_sort(list_intersect(profiles.categories, rules.categories)), ', '), '_', ' ')),
            '{transport}', profiles.transport) AS why
    FROM profiles CROSS JOIN severity_rules AS rules
    ANTI JOIN failed ON failed.profile = profiles.profile AND failed.rule_id = rules.rule_id
), told AS (
    SELECT profile,
        coalesce(sum(points) FILTER (counts), 0)::INTEGER AS points,
        coalesce(max(severity_rank(at_least)), 0) AS floor,
        coalesce(min(severity_rank(at_most)), severity_rank('critical')) AS ceiling,
        list(
            CASE
                WHEN at_least IS NOT NULL THEN 'at least ' || at_least || ': '
                WHEN at_most IS NOT NULL THEN 'at most ' || at_most || ': '
                ELSE ''
            END || CASE WHEN NOT counts OR points = 0 THEN '' WHEN points > 0 THEN '+' || points || ' ' ELSE points || ' ' END
                || why
            ORDER BY at_least IS NOT NULL OR at_most IS NOT NULL DESC, points DESC, position
        ) AS reasons,
        list(rule_id ORDER BY position) AS rule_ids
    FROM holding
    WHERE counts OR at_least IS NOT NULL OR at_most IS NOT NULL
    GROUP BY profile
), levels AS (
    SELECT max(from_points) FILTER (severity = 'critical') AS critical, max(from_points) FILTER (severity = 'high') AS high,
        max(from_points) FILTER (severity = 'medium') AS medium
    FROM severity_levels
)
SELECT profiles.*,
    -- Where bounds contradict one another the more severe one holds.
    ['low', 'medium', 'high', 'critical'][1 + greatest(coalesce(told.floor, 0), least(
        coalesce(told.ceiling, 3),
        (coalesce(told.points, 0) >= levels.critical)::INTEGER + (coalesce(told.points, 0) >= levels.high)::INTEGER
            + (coalesce(told.points, 0) >= levels.medium)::INTEGER
    ))] AS severity,
    coalesce(told.points, 0) AS points,
    coalesce(told.reasons, ['no rule holds']) AS reasons,
    coalesce(told.rule_ids, []) AS rule_ids
FROM profiles CROSS JOIN levels LEFT JOIN told ON told.profile = profiles.profile;

DELETE FROM finding_severities WHERE finding_id IN (SELECT finding_id FROM severity_facts);
INSERT INTO finding_severities BY NAME
SELECT facts.finding_id, profiles.severity, profiles.points,
    list_transform(profiles.reasons, lambda reason: CASE WHEN contains(reason, '{') THEN replace(replace(replace(reason,
        '{persons}', facts.persons::VARCHAR),
        '{days}', facts.days::VARCHAR),
        '{share}', coalesce(least(round(facts.share * 100), if(facts.share < 1, 99, 100))::INTEGER || ' %', 'a part')
    ) ELSE reason END) AS reasons,
    profiles.rule_ids
FROM severity_facts AS facts
JOIN severity_profiles AS profiles ON profiles.verdict = facts.verdict AND profiles.tier = facts.tier
    AND profiles.host IS NOT DISTINCT FROM facts.host AND profiles.supplier IS NOT DISTINCT FROM facts.supplier
    AND profiles.media_type IS NOT DISTINCT FROM facts.media_type AND profiles.categories = facts.categories
    AND profiles.transport = facts.transport AND profiles.auth_above = facts.auth_above
    AND profiles.listed = facts.listed AND profiles.folder_listed = facts.folder_listed
    AND profiles.indexable = facts.indexable AND profiles.shares IS NOT DISTINCT FROM facts.shares
    AND profiles.evidences IS NOT DISTINCT FROM facts.evidences
    AND profiles.chances IS NOT DISTINCT FROM facts.chances
    AND profiles.people = facts.people AND profiles.spans = facts.spans
ORDER BY facts.finding_id;
DROP TABLE severity_facts;
DROP TABLE severity_profiles;
