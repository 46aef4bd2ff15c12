-- The one place where a finding's state is derived, from the answers of sweeps in the order of sweeps.
--   gone        since it was last present there were two definite answers that it is not there: from two sweeps at least
--               `gone_after` (findings/deriving.py) apart, or in one sweep by two ways or so far apart. One is not
--               enough: a page may be gone for an hour. An unknown answer after that changes nothing. What only a
--               sketch had told of is gone when the same bytes were looked at and hold no letter.
--   unknown     the latest answer is unknown, or a negative that is not enough
--   new         present, for the first time
--   reappeared  present again after it was gone
--   open        present, and known before
-- A negative from before it was first present (a sweep that is merged late, or goes on after another found it) is no going.
CREATE OR REPLACE TEMP MACRO state_after(presence, was_gone, was_present, is_enough) AS CASE
    WHEN presence = 'present' AND NOT was_present THEN 'new'
    WHEN presence = 'present' AND was_gone THEN 'reappeared'
    WHEN presence = 'present' THEN 'open'
    WHEN was_gone OR is_enough THEN 'gone'
    ELSE 'unknown'
END;
-- Does one sweep's negative make it gone? `since`: the first negative of earlier sweeps since it was last present, at the
-- latest time that it can have been. Against it stands when this one was said, and not when its sweep began or the
-- other way round: a clock that is wrong, here or there, must not make an hour of a minute.
CREATE OR REPLACE TEMP MACRO is_enough(presence, negatives, said_at, since) AS coalesce(presence = 'gone' AND (
    len(list_distinct(list_transform(negatives, lambda each: each.route))) > 1
    OR list_contains(list_transform(negatives, lambda each: each.route), 'content')
    OR list_max(list_transform(negatives, lambda each: each.said_at))
        - list_min(list_transform(negatives, lambda each: each.said_at)) >= getvariable('gone_after')
    OR said_at - since >= getvariable('gone_after')
), false);
-- The latest time that an answer can be of: a clock that was set back makes none older than its sweep, or than the last
-- time that it was there.
CREATE OR REPLACE TEMP MACRO sensible(said_at, sweep_started_at, present_at) AS
    greatest(said_at, sweep_started_at, coalesce(present_at, said_at));

-- What an answer is called. Codes are HTTP's, FTP's and the services' own.
CREATE OR REPLACE TEMP MACRO answer_words(route, answer) AS CASE
    WHEN route = 'listing' THEN 'no longer in its folder''s listing'
    WHEN answer = 'superseded' THEN 'the same bytes are a letter of the pack now, and a finding of their own'
    WHEN route = 'content' THEN 'the same bytes were fetched, and no letter was found in them'
    WHEN route = 'refused' AND answer LIKE 'http\_%' ESCAPE '\' THEN 'refused (' || answer[6:8] || '), while the host answers as before'
    WHEN route = 'refused' THEN 'refused, while the host answers as before'
    WHEN answer LIKE 'http\_%' ESCAPE '\' THEN answer[6:8]
    WHEN answer LIKE 'ftp\_%' ESCAPE '\' THEN 'no such file (FTP ' || answer[5:7] || ')'
    WHEN answer = 'not_found' THEN 'not found'
    ELSE replace(answer, '_', ' ')
END;
CREATE OR REPLACE TEMP MACRO span_words(span) AS CASE
    WHEN span < INTERVAL 2 HOURS THEN (epoch(span) // 60)::BIGINT || ' minutes apart'
    WHEN span < INTERVAL 3 DAYS THEN (epoch(span) // 3600)::BIGINT || ' hours apart'
    ELSE (epoch(span) // 86400)::BIGINT || ' days apart'
END;
CREATE OR REPLACE TEMP MACRO times_words(number) AS
    CASE number WHEN 1 THEN '' WHEN 2 THEN ' twice' ELSE ' ' || number || ' times' END;
-- What an answer that is no negative rests on.
CREATE OR REPLACE TEMP MACRO basis_words(basis) AS CASE basis
    WHEN 'matched' THEN 'fetched and matched'
    WHEN 'rematched' THEN 'a sketch of what was fetched earlier matched'
    WHEN 'not_modified' THEN 'the server says that it is unchanged'
    WHEN 'same_listing' THEN 'its listing shows it unchanged'
    WHEN 'same_digest' THEN 'fetched, and the same as before'
    WHEN 'not_met' THEN 'nothing led to it any more, or what did leads elsewhere now'
    WHEN 'challenge' THEN 'a challenge that programs do not pass stands in its place: unknown'
    WHEN 'fetched_without_match' THEN 'what is there now is something else'
    WHEN 'canary_missing' THEN 'said not to be there, by a sweep that missed a canary letter: unknown'
    WHEN 'host_refuses' THEN 'refused, and so is what the host answered before: unknown'
    WHEN 'access_denied' THEN 'refused, and whether the host answers as before is not known'
    WHEN 'soft_404' THEN 'the host''s own page for what is not there, with status 200: unknown'
    WHEN 'login_page' THEN 'a page that asks for a password stands in its place: unknown'
    WHEN 'unit_failed' THEN 'the sweep of its target failed'
    WHEN 'unit_interrupted' THEN 'the sweep of its target was interrupted'
    WHEN 'unit_not_reached' THEN 'the sweep did not get to its target'
    ELSE replace(basis, '_', ' ')
END;
