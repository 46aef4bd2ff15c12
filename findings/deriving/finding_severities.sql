CREATE OR REPLACE TEMP MACRO severity_rank(severity) AS list_position(['low', 'medium', 'high', 'critical'], severity) - 1;
CREATE OR REPLACE TEMP MACRO within(number, at_least, below) AS
    (at_least IS NULL OR number >= at_least) AND (below IS NULL OR number < below);

-- How severe each finding is, by the rules that are loaded: severity_rules, their conditions, and the levels. A rule
-- holds if none of its conditions fails; what is not known meets no condition, but where the rule asks for `unknown`.
-- Of rules of one group only the one with most points counts; bounds hold whether or not their rule counts.
CREATE OR REPLACE TEMP TABLE made_severities AS
WITH facts AS (
    SELECT findings.finding_id, findings.verdict, findings.tier, findings.host, findings.supplier, findings.media_type,
        findings.containment AS share, findings.evidence, findings.false_per_million,
        coalesce(findings.categories, []) AS categories, coalesce(len(findings.person_ids), 0) AS persons,
        date_diff('day', findings.first_seen, findings.last_seen) AS days,
        coalesce(exposures.transport, 'unknown') AS transport,
        coalesce(exposures.auth_above, 'unknown') AS auth_above,
        coalesce(exposures.listed, 'unknown') AS listed,
        coalesce(exposures.folder_listed, 'unknown') AS folder_listed,
        coalesce(exposures.indexable, 'unknown') AS indexable
    FROM findings
    SEMI JOIN touched ON touched.finding_id = findings.finding_id
    LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = findings.finding_id
), failed AS (
    SELECT DISTINCT facts.finding_id, asked.rule_id
    FROM facts, severity_conditions AS asked
    WHERE NOT coalesce(
        CASE asked.fact
            WHEN 'verdict' THEN list_contains(asked.any_of, facts.verdict)
            WHEN 'category' THEN list_has_any(facts.categories, asked.any_of)
            WHEN 'tier' THEN list_contains(asked.any_of, facts.tier)
            WHEN 'host' THEN list_contains(asked.any_of, facts.host)
            WHEN 'supplier' THEN list_contains(asked.any_of, facts.supplier)
            WHEN 'media_type' THEN list_contains(asked.any_of, facts.media_type)
            WHEN 'transport' THEN list_contains(asked.any_of, facts.transport)
            WHEN 'auth_above' THEN list_contains(asked.any_of, facts.auth_above)
            WHEN 'listed' THEN list_contains(asked.any_of, facts.listed)
            WHEN 'folder_listed' THEN list_contains(asked.any_of, facts.folder_listed)
            WHEN 'indexable' THEN list_contains(asked.any_of, facts.indexable)
            WHEN 'share' THEN within(facts.share, asked.at_least, asked.below)
            WHEN 'evidence' THEN within(facts.evidence, asked.at_least, asked.below)
            WHEN 'false_per_million' THEN within(facts.false_per_million, asked.at_least, asked.below)
            WHEN 'persons' THEN within(facts.persons, asked.at_least, asked.below)
            WHEN 'days' THEN within(facts.days, asked.at_least, asked.below)
        END,
        false
    )
), holding AS (
    SELECT facts.finding_id, rules.position, rules.rule_id, rules.points, rules.at_least, rules.at_most,
        row_number() OVER (
            PARTITION BY facts.finding_id, coalesce('group ' || rules.group_name, 'rule ' || rules.rule_id)
            ORDER BY rules.points DESC, rules.position
        ) = 1 AS counts,
        replace(replace(replace(replace(replace(rules.why,
            '{categories}', replace(array_to_string(
                list_sort(list_intersect(facts.categories, rules.categories)), ', '), '_', ' ')),
            '{persons}', facts.persons::VARCHAR),
            '{days}', facts.days::VARCHAR),
            '{transport}', facts.transport),
            '{share}', coalesce(least(round(facts.share * 100), if(facts.share < 1, 99, 100))::INTEGER || ' %', 'a part'))
            AS why
    FROM facts CROSS JOIN severity_rules AS rules
    ANTI JOIN failed ON failed.finding_id = facts.finding_id AND failed.rule_id = rules.rule_id
), told AS (
    SELECT finding_id,
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
    GROUP BY finding_id
), levels AS (
    SELECT max(from_points) FILTER (severity = 'critical') AS critical, max(from_points) FILTER (severity = 'high') AS high,
        max(from_points) FILTER (severity = 'medium') AS medium
    FROM severity_levels
)
SELECT facts.finding_id,
    -- Where bounds contradict one another the more severe one holds.
    ['low', 'medium', 'high', 'critical'][1 + greatest(coalesce(told.floor, 0), least(
        coalesce(told.ceiling, 3),
        (coalesce(told.points, 0) >= levels.critical)::INTEGER + (coalesce(told.points, 0) >= levels.high)::INTEGER
            + (coalesce(told.points, 0) >= levels.medium)::INTEGER
    ))] AS severity,
    coalesce(told.points, 0) AS points,
    coalesce(told.reasons, ['no rule holds']) AS reasons,
    coalesce(told.rule_ids, []) AS rule_ids
FROM facts CROSS JOIN levels LEFT JOIN told ON told.finding_id = facts.finding_id;

DELETE FROM finding_severities WHERE finding_id IN (SELECT finding_id FROM made_severities);
INSERT INTO finding_severities BY NAME SELECT * FROM made_severities ORDER BY finding_id;
DROP TABLE made_severities;
