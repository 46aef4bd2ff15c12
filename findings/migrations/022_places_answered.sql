-- Places of findings where something else is now are told of beside the canary paths: what was fetched earlier and has not
-- changed since, or lies at another address, leaves no document of its own by which it could be told.

COMMENT ON TABLE host_checks IS 'Did the host answer as before? Paths that are known to answer (canaries), asked before and after the places of a unit that holds findings; and places of findings (turn place) where something else is now.';
COMMENT ON COLUMN host_checks.url IS 'the canary path: named in the scope, a document that was there in the sweep before, or the unit''s start; or the place of a finding';
COMMENT ON COLUMN host_checks.turn IS 'before or after the unit''s places were asked for; place: what was answered for the place of a finding, where it is something else than before';
COMMENT ON COLUMN host_checks.detail IS 'class or code of what was otherwise; of a place: login_page, elsewhere (a redirect), other_content, or as_it_was (what the sweep before found in its place)';
