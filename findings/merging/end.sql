UPDATE sweeps SET state = ended.state, ended_at = ended.ended_at, stopped_by = ended.cause FROM spool_end AS ended
WHERE sweeps.sweep_id = ended.sweep_id;

INSERT INTO merged_spools SELECT sweep_id, '', now(), 0 FROM spool_end;
