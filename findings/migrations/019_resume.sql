-- A sweep that was stopped is told, and goes on later.

ALTER TABLE sweeps ADD COLUMN stopped_by VARCHAR;
COMMENT ON COLUMN sweeps.stopped_by IS 'why it ended before it had looked at everything: asked, window_closed, stop_file, authority_expired, opt_out, scope_changed or killed; empty where it did not. A stopped sweep may go on later, under the same id';
COMMENT ON COLUMN sweeps.state IS 'running (also: killed, or gone on with after a stop), finished or interrupted';
