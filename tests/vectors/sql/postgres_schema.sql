-- What every statement of postgres.yaml runs against, in a fresh copy of this database. The roles are in the test.
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email text UNIQUE, country text DEFAULT 'CH');
CREATE TABLE invoices (
  id serial PRIMARY KEY, customer_id integer REFERENCES customers ON DELETE CASCADE, amount_minor bigint, status text,
  due date, note text
);
CREATE TABLE lines (
  id serial PRIMARY KEY, invoice_id integer REFERENCES invoices ON DELETE CASCADE, item text, quantity integer
);
CREATE TABLE archive (LIKE invoices);
CREATE TABLE audit (what text, invoice_id integer);
CREATE TABLE counters (name text PRIMARY KEY, value integer);
CREATE TABLE documents (id integer PRIMARY KEY, body jsonb, tags text[]);
CREATE TABLE "Order Items" ("select" integer, "Weird""Name" text);
CREATE TABLE events (at date, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE SCHEMA billing;
CREATE TABLE billing.payments (id integer PRIMARY KEY, invoice_id integer, amount_minor bigint);
CREATE INDEX invoices_by_customer ON invoices (customer_id);
CREATE VIEW open_invoices AS SELECT * FROM invoices WHERE status = 'open';
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(amount_minor) AS total FROM invoices GROUP BY customer_id;
CREATE SEQUENCE invoice_numbers;
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE FUNCTION delete_all_invoices() RETURNS integer LANGUAGE plpgsql AS
  'BEGIN DELETE FROM invoices; RETURN 0; END';
CREATE FUNCTION delete_invoices(customer integer) RETURNS SETOF invoices LANGUAGE sql AS
  'DELETE FROM invoices WHERE customer_id = customer RETURNING *';
CREATE FUNCTION billing.lower(text) RETURNS text LANGUAGE sql AS
  'DELETE FROM billing.payments; SELECT $1';
CREATE FUNCTION "count"(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION matches_and_deletes(text, text) RETURNS boolean LANGUAGE sql AS
  'DELETE FROM invoices; SELECT true';
CREATE OPERATOR ~~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = matches_and_deletes);
CREATE PROCEDURE close_invoices(customer integer) LANGUAGE sql AS
  'UPDATE invoices SET status = ''closed'' WHERE customer_id = customer';
CREATE FUNCTION invoice_changed() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO audit VALUES (TG_OP, OLD.id); RETURN NULL; END';
CREATE TRIGGER invoices_changed AFTER UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION invoice_changed();
CREATE FUNCTION delete_key(text) RETURNS text LANGUAGE sql AS 'DELETE FROM counters; SELECT $1';
CREATE DOMAIN checked AS text CHECK (delete_key(VALUE) IS NOT NULL);
CREATE FUNCTION purge(invoices) RETURNS integer LANGUAGE sql AS 'DELETE FROM archive; SELECT 1';
CREATE FUNCTION purge_record(record) RETURNS integer LANGUAGE plpgsql AS 'BEGIN DELETE FROM archive; RETURN 1; END';
CREATE FUNCTION purge_any(anyelement) RETURNS integer LANGUAGE sql AS 'DELETE FROM archive; SELECT 1';
CREATE FUNCTION purge_number(integer) RETURNS integer LANGUAGE sql AS 'DELETE FROM archive; SELECT 1';
CREATE VIEW paid_invoices AS SELECT * FROM invoices WHERE status = 'paid';
CREATE FUNCTION purge_view(paid_invoices) RETURNS integer LANGUAGE sql AS 'DELETE FROM archive; SELECT 1';
INSERT INTO customers VALUES (7, 'Ada', 'ada@example.com', 'CH'), (8, 'Bob', 'bob@example.com', 'DE'), (9, 'Eve', NULL, 'FR');
INSERT INTO invoices (customer_id, amount_minor, status, due, note) VALUES
  (7, 1000, 'open', '2026-01-01', NULL), (7, 2500, 'paid', '2026-02-01', 'id=1'), (8, 99, 'open', '2026-03-01', ''),
  (8, 0, 'draft', NULL, 'it''s'), (9, 123456, 'open', '2026-05-01', 'DELETE FROM invoices');
INSERT INTO lines (invoice_id, item, quantity) VALUES (1, 'pen', 3), (1, 'ink', 1), (3, 'pad', 10);
INSERT INTO archive VALUES (0, 7, 1, 'paid', '2020-01-01', 'old');
INSERT INTO counters VALUES ('invoices', 5), ('customers', 3);
INSERT INTO documents VALUES (1, '{"a": [1, 2], "b": "c"}', '{x,y}'), (2, '{}', '{}');
INSERT INTO "Order Items" VALUES (1, 'one'), (2, 'two');
INSERT INTO events VALUES ('2026-01-02', 'start'), ('2026-11-30', 'end');
INSERT INTO billing.payments VALUES (1, 2, 2500), (2, 3, 50);
SELECT lo_create(4711);
