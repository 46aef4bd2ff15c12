-- What sweeps say of findings that they could have met and did not see present. This is the one place where a sweep says
-- that something is not there (presence `gone`). It takes a definite answer, by one of these ways:
--   direct   the server itself says for exactly this place that there is nothing: 404, 410, FTP's "no such file", a
--            bucket's NoSuchKey; not a soft 404, which is a page with status 200
--   refused  it refuses exactly this place (401, 403, 451, FTP's "permission denied", AccessDenied), while what the host
--            answered before is still answered: host_checks before and after, in the same unit
--   listing  the listing that named it was read whole and no longer names it, and the host answered as before, before and
--            after that
--   content  the same bytes are there, and hold no letter: a finding that only a sketch had told of never was one
-- and nothing else was heard of the place in this sweep. All else is unknown: not met any more, down, throttled, a login
-- page, or fetched with another content. The state `gone` takes two such answers: deriving/rules.sql.
-- Asked are the sweep that ends, and sweeps after it that were merged before it, for the findings that it brings.
CREATE OR REPLACE TEMP TABLE unanswered AS
WITH ended AS (
    SELECT sweep_id, ended_at, true AS is_this FROM spool_end
    UNION ALL
    SELECT later.sweep_id, later.ended_at, false
    FROM sweeps AS later, spool_end
    JOIN sweeps AS this ON this.sweep_id = spool_end.sweep_id
    WHERE later.sweep_id <> this.sweep_id AND later.ended_at > this.started_at
), brought AS (
    SELECT finding_id FROM sightings JOIN spool_end USING (sweep_id) WHERE presence = 'present'
), of_units AS (
    -- A unit answers for its own; the first piece, which has the id of the whole, also for pieces that this sweep did
    -- not have, since it was cut elsewhere, or not at all.
    SELECT sweep_id, unit_id, unit_id AS answers_as FROM units WHERE sweep_id IN (SELECT sweep_id FROM ended)
    UNION ALL
    SELECT ended.sweep_id, pieces.unit_id, pieces.parent
    FROM ended
    CROSS JOIN (SELECT DISTINCT unit_id, parent FROM units WHERE parent IS NOT NULL) AS pieces
    ANTI JOIN units ON units.sweep_id = ended.sweep_id AND units.unit_id = pieces.unit_id
)
SELECT findings.finding_id, findings.url, findings.member, findings.sha256, ended.sweep_id, ended.ended_at, units.unit_id, units.state AS unit_state,
    sweeps.kind
FROM ended
JOIN sweeps ON sweeps.sweep_id = ended.sweep_id
JOIN units ON units.sweep_id = ended.sweep_id
JOIN of_units ON of_units.sweep_id = units.sweep_id AND of_units.answers_as = units.unit_id
JOIN findings ON findings.unit_id = of_units.unit_id AND findings.first_seen < ended.ended_at
ANTI JOIN sightings ON sightings.finding_id = findings.finding_id AND sightings.sweep_id = ended.sweep_id
WHERE ended.is_this OR findings.finding_id IN (FROM brought);

INSERT INTO sightings BY NAME
WITH skipped AS (
    SELECT skips.sweep_id, skips.url, min(skips.reason) AS reason, max(skips.skipped_at) AS skipped_at,
        coalesce(min(nullif(skips.detail, '')), min(skips.reason)) AS answer,
        bool_and(skips.reason = 'not_found' AND skips.detail <> 'soft_404') AS is_not_there,
        -- A page that stands in its place and lets nobody through is said for the host, not for the place.
        bool_and(
            skips.reason = 'access_denied' AND NOT regexp_matches(skips.detail, 'login_page|challenge|^http_40[27]')
        ) AS is_refused,
        bool_or(skips.detail = 'soft_404') AS is_soft, bool_or(skips.detail = 'login_page') AS is_login,
        bool_or(contains(skips.detail, 'challenge')) AS is_challenge
    FROM skips
    WHERE skips.member = '' AND skips.sweep_id IN (SELECT sweep_id FROM unanswered)
        AND skips.url IN (SELECT url FROM unanswered)
    GROUP BY skips.sweep_id, skips.url
), checked AS (
    SELECT sweep_id, unit_id, bool_and(answer IN ('as_before', 'changed')) AS is_healthy,
        bool_or(answer = 'otherwise') AS is_otherwise,
        min(checked_at) FILTER (turn = 'before' AND answer = 'as_before') AS before_at,
        max(checked_at) FILTER (turn = 'after' AND answer = 'as_before') AS after_at
    FROM host_checks WHERE sweep_id IN (SELECT sweep_id FROM unanswered) AND turn <> 'place'
    GROUP BY sweep_id, unit_id
), replaced AS (
    -- Something else is in its place, or it leads elsewhere, which may have no document of its own in this sweep.
    SELECT sweep_id, url, max(checked_at) AS heard_at, bool_or(detail = 'login_page') AS is_login,
        bool_and(detail = 'as_it_was') AS is_as_it_was
    FROM host_checks
    WHERE turn = 'place' AND sweep_id IN (SELECT sweep_id FROM unanswered) AND url IN (SELECT url FROM unanswered)
    GROUP BY sweep_id, url
), unlisted AS (
    SELECT sweep_id, unit_id, url, min(read_at) AS read_from, max(read_at) AS read_at
    FROM absences WHERE sweep_id IN (SELECT sweep_id FROM unanswered)
    GROUP BY sweep_id, unit_id, url
), not_begun AS (
    -- Where a unit begins nobody answered, or not all of it was read: that is why the rest was not met.
    SELECT skips.sweep_id, skips.unit_id, min(skips.reason) AS reason
    FROM skips
    JOIN units ON units.sweep_id = skips.sweep_id AND units.unit_id = skips.unit_id AND units.start_url = skips.url
    WHERE skips.member = '' AND skips.sweep_id IN (SELECT sweep_id FROM unanswered)
    GROUP BY skips.sweep_id, skips.unit_id
), fetched AS (
    -- Where it leads elsewhere now, that is what is there.
    SELECT sweep_id, url, max(fetched_at) AS fetched_at, list_distinct(list(sha256)) AS digests
    FROM (
        SELECT sweep_id, url, fetched_at, sha256 FROM documents
        UNION ALL
        SELECT sweep_id, requested_url, fetched_at, sha256 FROM documents WHERE requested_url IS NOT NULL
    )
    WHERE sweep_id IN (SELECT sweep_id FROM unanswered) AND url IN (SELECT url FROM unanswered)
    GROUP BY sweep_id, url
), sketched AS (
    SELECT finding_id FROM sightings
    WHERE presence = 'present' AND finding_id IN (SELECT finding_id FROM unanswered)
    GROUP BY finding_id HAVING bool_and(basis = 'rematched')
), doubted AS (
    -- What finds no letter that it must find can not tell that others are gone; nor can the other pieces of its unit.
    SELECT DISTINCT units.sweep_id, units.unit_id
    FROM canary_checks AS canary
    JOIN units ON units.sweep_id = canary.sweep_id AND canary.unit_id IN (units.unit_id, units.parent)
    WHERE canary.outcome = 'missing' AND canary.sweep_id IN (SELECT sweep_id FROM unanswered)
), heard AS (
    SELECT unanswered.*, skipped.reason, skipped.answer, skipped.skipped_at, fetched.fetched_at, unlisted.read_at,
        replaced.heard_at, replaced.url IS NOT NULL AS is_replaced, coalesce(replaced.is_as_it_was, false) AS is_as_it_was,
        coalesce(checked.is_healthy AND checked.before_at <= checked.after_at, false) AS is_healthy,
        coalesce(checked.is_otherwise, false) AS is_otherwise,
        coalesce(skipped.is_not_there, false) AND fetched.url IS NULL AND NOT is_replaced AS is_not_there,
        coalesce(skipped.is_refused, false) AND fetched.url IS NULL AND NOT is_replaced AS is_refused,
        coalesce(skipped.is_soft, false) AS is_soft,
        coalesce(skipped.is_login, false) OR coalesce(replaced.is_login, false) AS is_login,
        coalesce(skipped.is_challenge, false) AS is_challenge,
        coalesce(unanswered.member = '' AND sketched.finding_id IS NOT NULL
            AND fetched.digests = [unanswered.sha256], false) AS is_not_confirmed,
        doubted.unit_id IS NOT NULL AS is_doubted,
        unlisted.url IS NOT NULL AND unanswered.unit_state = 'finished' AND is_healthy AND fetched.url IS NULL AND NOT is_replaced
            AND checked.before_at <= unlisted.read_from AND checked.after_at >= unlisted.read_at AS is_unlisted
    FROM unanswered
    LEFT JOIN skipped ON skipped.sweep_id = unanswered.sweep_id AND skipped.url = unanswered.url
    LEFT JOIN fetched ON fetched.sweep_id = unanswered.sweep_id AND fetched.url = unanswered.url
    LEFT JOIN replaced ON replaced.sweep_id = unanswered.sweep_id AND replaced.url = unanswered.url
    LEFT JOIN checked ON checked.sweep_id = unanswered.sweep_id AND checked.unit_id = unanswered.unit_id
    LEFT JOIN unlisted ON unlisted.sweep_id = unanswered.sweep_id AND unlisted.unit_id = unanswered.unit_id
        AND unlisted.url = unanswered.url
    LEFT JOIN doubted ON doubted.sweep_id = unanswered.sweep_id AND doubted.unit_id = unanswered.unit_id
    LEFT JOIN sketched ON sketched.finding_id = unanswered.finding_id
), judged AS (
    SELECT heard.*,
        -- Of a place that answered in another way its listing is no proof.
        is_unlisted AND NOT is_doubted AND (reason IS NULL OR is_not_there OR is_refused) AS is_gone_from_listing,
        NOT is_doubted AND (is_not_there OR (is_refused AND is_healthy)) AS is_denied
    FROM heard
), answered AS (
    SELECT judged.finding_id, judged.sweep_id,
        -- A recheck or a tip-off asks for single places; what it did not ask for, it says nothing of.
        judged.kind = 'sweep' OR fetched_at IS NOT NULL OR is_replaced OR judged.reason IS NOT NULL OR read_at IS NOT NULL
            OR unit_state <> 'finished' AS is_asked,
        is_denied OR is_gone_from_listing OR is_not_confirmed AS is_gone,
        list_filter([
            CASE WHEN is_denied THEN {
                'route': CASE WHEN is_not_there THEN 'direct' ELSE 'refused' END, 'answer': answer, 'said_at': skipped_at
            } END,
            CASE WHEN is_not_confirmed THEN {'route': 'content', 'answer': 'not_confirmed', 'said_at': fetched_at} END,
            CASE WHEN is_gone_from_listing THEN {'route': 'listing', 'answer': 'not_listed', 'said_at': read_at} END
        ], lambda each: each IS NOT NULL) AS negatives,
        coalesce(fetched_at, heard_at, skipped_at, CASE WHEN is_gone_from_listing THEN read_at END, ended_at) AS seen_at,
        CASE
            WHEN is_not_confirmed THEN 'not_confirmed'
            WHEN is_login THEN 'login_page'
            WHEN is_as_it_was AND latest.basis = 'login_page' THEN latest.basis
            WHEN fetched_at IS NOT NULL OR is_replaced THEN 'fetched_without_match'
            WHEN is_soft THEN 'soft_404'
            WHEN is_challenge THEN 'challenge'
            WHEN is_doubted AND (is_not_there OR is_refused OR is_unlisted) THEN 'canary_missing'
            WHEN is_refused AND NOT is_healthy THEN if(is_otherwise, 'host_refuses', judged.reason)
            WHEN judged.reason IS NOT NULL THEN judged.reason
            WHEN is_gone_from_listing THEN 'not_listed'
            WHEN unit_state <> 'finished' THEN 'unit_' || unit_state
            ELSE coalesce(not_begun.reason, 'not_met')
        END AS basis
    FROM judged
    LEFT JOIN finding_states AS latest ON latest.finding_id = judged.finding_id
    LEFT JOIN not_begun ON not_begun.sweep_id = judged.sweep_id AND not_begun.unit_id = judged.unit_id
)
SELECT finding_id, sweep_id, CASE WHEN is_gone THEN 'gone' ELSE 'unknown' END AS presence, basis, seen_at,
    CASE WHEN is_gone THEN negatives END AS negatives
FROM answered
WHERE is_asked
ORDER BY finding_id, sweep_id;
DROP TABLE unanswered;
