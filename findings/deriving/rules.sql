-- The one place where a finding's state is derived. A history has a letter per answer, oldest first:
-- P present, G gone, U unknown. Unknown answers neither end nor renew an exposure, so they are taken out first.
--   gone        the two latest definite answers are negative. One negative is not enough: a page may be gone for an
--               hour, a server may answer 403 to everything for a day.
--   unknown     the latest answer is unknown, or the first negative
--   new         present, for the first time
--   reappeared  present again after it was gone
--   open        present, and known before
CREATE OR REPLACE TEMP MACRO state_after(history) AS CASE
    WHEN regexp_matches(replace(history, 'U', ''), 'GG$') THEN 'gone'
    WHEN regexp_matches(history, '[UG]$') THEN 'unknown'
    WHEN regexp_matches(replace(history, 'U', ''), '^G*P$') THEN 'new'
    WHEN regexp_matches(replace(history, 'U', ''), 'GGP$') THEN 'reappeared'
    ELSE 'open'
END;
