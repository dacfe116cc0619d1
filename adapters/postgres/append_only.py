"""Events are history: PostgreSQL itself refuses to change or delete them."""

GUARD = """
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER application_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON application_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""

LOOKS_GUARD = """
CREATE TRIGGER looks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON looks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""
"""The same for what was shown to whom."""

ACCOUNT_EVENTS_GUARD = """
CREATE TRIGGER account_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""
"""The same for what happened to staff accounts."""
