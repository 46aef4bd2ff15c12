-- Places that a unit had met before a stop, and that are still its own, stay counted.
INSERT INTO touched_units SELECT sweep_id, unit_id, not_selected FROM superseded WHERE not_selected > 0;
DROP TABLE superseded;
