-- Planned, and never begun before the sweep ended.
INSERT INTO units BY NAME
SELECT ended.sweep_id, plan.*, 'not_reached' AS state, 0 AS requests, 0 AS bytes, '' AS error
FROM spool_plan AS plan, spool_end AS ended
WHERE NOT EXISTS (SELECT 1 FROM units WHERE units.sweep_id = ended.sweep_id AND units.unit_id = plan.unit_id);

INSERT INTO skips BY NAME
SELECT units.sweep_id, units.unit_id, units.start_url AS url, '' AS member, ended.skip_reason AS reason,
    coalesce(ended.cause, 'not_reached') AS detail, ended.ended_at AS skipped_at
FROM units JOIN spool_end AS ended USING (sweep_id)
WHERE units.state = 'not_reached';

CREATE OR REPLACE TEMP TABLE touched_units AS
SELECT units.sweep_id, units.unit_id, 0 AS not_selected FROM units JOIN spool_end AS ended USING (sweep_id) WHERE units.state = 'not_reached';
