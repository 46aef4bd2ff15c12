-- How many findings there are in each state, put aside or not, whatever a report was asked to list.
SELECT state, settled, count(*) AS count FROM finding_status GROUP BY state, settled;
