-- A finding of a template alone says: a letter that the pack does not hold lies here. Where the pack holds it now, the
-- same bytes are a stronger finding of the same place, which goes on; the old one is settled by content. Not where both
-- were there in one sweep: then it is of another letter in the same bytes, and that one may only have left the pack.
-- Asked are the sweep that ends, and sweeps after it that were merged before it, for the findings that it brings.
INSERT INTO sightings BY NAME
WITH ended AS (
    SELECT sweep_id, ended_at, true AS is_this FROM spool_end
    UNION ALL
    SELECT later.sweep_id, later.ended_at, false
    FROM sweeps AS later, spool_end
    JOIN sweeps AS this ON this.sweep_id = spool_end.sweep_id
    WHERE later.sweep_id <> this.sweep_id AND later.ended_at > this.started_at
), brought AS (
    SELECT finding_id FROM sightings JOIN spool_end USING (sweep_id) WHERE presence = 'present'
), open_ones AS (
    SELECT findings.finding_id, findings.url, findings.member, findings.sha256, findings.verdict, ended.sweep_id
    FROM findings
    JOIN ended ON findings.first_seen < ended.ended_at
    ANTI JOIN sightings ON sightings.finding_id = findings.finding_id AND sightings.sweep_id = ended.sweep_id
    WHERE findings.letter_id IS NULL AND (ended.is_this OR findings.finding_id IN (FROM brought))
), named AS (
    SELECT open_ones.finding_id, open_ones.sweep_id, stronger.finding_id AS stronger_id, answers.seen_at
    FROM open_ones
    JOIN findings AS stronger ON stronger.url = open_ones.url AND stronger.member = open_ones.member
        AND stronger.sha256 = open_ones.sha256 AND verdict_rank(stronger.verdict) > verdict_rank(open_ones.verdict)
    JOIN sightings AS answers ON answers.finding_id = stronger.finding_id AND answers.sweep_id = open_ones.sweep_id
        AND answers.presence = 'present'
), together AS (
    SELECT named.finding_id, named.sweep_id, named.stronger_id
    FROM named
    JOIN sightings AS one ON one.finding_id = named.finding_id AND one.presence = 'present'
    JOIN sightings AS other ON other.finding_id = named.stronger_id AND other.presence = 'present'
        AND other.sweep_id = one.sweep_id
)
SELECT named.finding_id, named.sweep_id, 'gone' AS presence, 'superseded' AS basis, max(named.seen_at) AS seen_at,
    [{'route': 'content', 'answer': 'superseded', 'said_at': max(named.seen_at)}] AS negatives
FROM named
ANTI JOIN together ON together.finding_id = named.finding_id AND together.sweep_id = named.sweep_id
    AND together.stronger_id = named.stronger_id
GROUP BY named.finding_id, named.sweep_id
ORDER BY named.finding_id, named.sweep_id;
