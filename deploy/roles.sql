-- Two roles of least power for PostgreSQL. As an administrator, once, in a fresh database:
--   psql -d mentorship -v owner_password=... -v app_password=... -f deploy/roles.sql
-- Then migrate with the owner and DATABASE_APP_ROLE=mentorship_app (flask --app wsgi set-up), and
-- serve (web, worker) as mentorship_app: it reads and writes rows, makes, changes and empties no
-- table, and can only add to the log of who did what, from
-- which what is older than six years goes by a function of the owner's.
\set ON_ERROR_STOP on
CREATE ROLE mentorship_owner LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE mentorship_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO mentorship_owner, mentorship_app', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO mentorship_owner;
GRANT USAGE ON SCHEMA public TO mentorship_app;
