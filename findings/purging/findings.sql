-- Which findings go, and which stay though they are old enough. `cut_off` has a row for each rule that the scope has.
-- Only what is over may go: gone, or put aside by a person and not seen since. What is open or unknown never does.
CREATE OR REPLACE TEMP TABLE aged AS
WITH decided AS (
    SELECT finding_id, max(decided_at) AS decided_at FROM triage_events WHERE reopened IS NULL GROUP BY finding_id
), standing AS (
    SELECT status.finding_id, status.state, status.triage,
        greatest(status.last_seen, coalesce(decided.decided_at, status.last_seen)) AS last_of_it,
        status.last_seen
    FROM finding_status AS status
    LEFT JOIN decided ON decided.finding_id = status.finding_id
)
SELECT standing.finding_id, cut_off.rule, standing.state, standing.triage,
    CASE WHEN cut_off.rule = 'gone' AND standing.triage IN ('confirmed', 'reported') THEN 'not_closed' END AS held
FROM standing JOIN cut_off ON CASE cut_off.rule
    WHEN 'gone' THEN standing.state = 'gone' AND standing.last_seen < cut_off.before
    WHEN 'false_positive' THEN standing.triage = 'false_positive' AND standing.last_of_it < cut_off.before
    WHEN 'closed' THEN standing.triage = 'closed' AND standing.last_of_it < cut_off.before
    ELSE false
END
-- A finding that two rules fit goes by the one that says most of it.
QUALIFY row_number() OVER (
    PARTITION BY standing.finding_id
    ORDER BY list_position(['false_positive', 'closed', 'gone'], cut_off.rule)
) = 1;

CREATE OR REPLACE TEMP TABLE doomed AS SELECT finding_id, rule, state, triage FROM aged WHERE held IS NULL;

-- Places of findings that go, unless a finding that stays lies there too.
CREATE OR REPLACE TEMP TABLE doomed_places AS
SELECT DISTINCT findings.url, findings.member
FROM findings SEMI JOIN doomed USING (finding_id)
ANTI JOIN (SELECT url, member FROM findings ANTI JOIN doomed USING (finding_id)) AS kept USING (url, member);

CREATE OR REPLACE TEMP TABLE kept_urls AS SELECT DISTINCT url FROM findings ANTI JOIN doomed USING (finding_id);
CREATE OR REPLACE TEMP TABLE doomed_urls AS SELECT DISTINCT url FROM doomed_places ANTI JOIN kept_urls USING (url);
