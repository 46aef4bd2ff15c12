CREATE OR REPLACE MACRO place(wanted) AS TABLE
SELECT * FROM (
    SELECT first_seen AS moment, 'listed' AS what, kind AS answer, NULL AS letter_id, '' AS member,
        'listing or page: ' || coalesce(parent, 'unknown') AS detail, first_sweep AS sweep_id
    FROM entries WHERE url = wanted
    UNION ALL BY NAME
    SELECT last_seen AS moment, 'met last' AS what, outcome AS answer, '' AS member, cue AS detail,
        last_sweep AS sweep_id
    FROM entries WHERE url = wanted
    UNION ALL BY NAME
    SELECT fetched_at AS moment, 'fetched' AS what, verdict AS answer, member,
        'status ' || status || ', ' || media_type || ', ' || size || ' bytes, SHA-256 ' || sha256 AS detail, sweep_id
    FROM documents WHERE url = wanted OR requested_url = wanted OR found_as = wanted
    UNION ALL BY NAME
    SELECT skipped_at AS moment, 'skipped' AS what, reason AS answer, member, detail, sweep_id
    FROM skips WHERE url = wanted
    UNION ALL BY NAME
    SELECT answers.seen_at AS moment, 'finding ' || left(known.finding_id, 8) AS what, answers.state AS answer,
        known.letter_id, known.member, answers.presence || ': ' || answers.basis AS detail, answers.sweep_id
    FROM findings AS known JOIN sightings AS answers ON answers.finding_id = known.finding_id
    WHERE known.url = wanted
    UNION ALL BY NAME
    SELECT events.decided_at AS moment, 'decision' AS what, events.decision AS answer, known.letter_id, known.member,
        events.decided_by AS detail
    FROM findings AS known JOIN triage_events AS events ON events.finding_id = known.finding_id
    WHERE known.url = wanted
)
ORDER BY moment, what, member;
COMMENT ON MACRO TABLE place IS 'place(''http://…''): all that is known of one address, oldest first: when it was listed, fetched or skipped, what it held, what was decided.';
