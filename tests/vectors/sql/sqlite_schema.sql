-- What every statement of sqlite.yaml runs against, in a fresh copy. The function delete_all_invoices() is in the test.
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, country TEXT DEFAULT 'CH');
CREATE TABLE invoices (
  id INTEGER PRIMARY KEY, customer_id INTEGER, amount_minor INTEGER, status TEXT, due TEXT, note TEXT
);
CREATE TABLE lines (id INTEGER PRIMARY KEY, invoice_id INTEGER, item TEXT, quantity INTEGER);
CREATE TABLE archive (id INTEGER, customer_id INTEGER, amount_minor INTEGER, status TEXT, due TEXT, note TEXT);
CREATE TABLE audit (what TEXT, invoice_id INTEGER);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT);
CREATE TABLE "Order Items" ("select" INTEGER, "Weird""Name" TEXT);
CREATE INDEX invoices_by_customer ON invoices (customer_id);
CREATE VIEW open_invoices AS SELECT * FROM invoices WHERE status = 'open';
CREATE TRIGGER invoices_deleted AFTER DELETE ON invoices BEGIN
  INSERT INTO audit VALUES ('deleted', old.id);
END;
CREATE TRIGGER invoices_updated AFTER UPDATE ON invoices BEGIN
  INSERT INTO audit VALUES ('updated', new.id);
END;
CREATE TRIGGER open_invoices_deleted INSTEAD OF DELETE ON open_invoices BEGIN
  DELETE FROM invoices WHERE id = old.id;
END;
CREATE TRIGGER open_invoices_inserted INSTEAD OF INSERT ON open_invoices BEGIN
  INSERT INTO invoices (id, customer_id, status) VALUES (new.id, new.customer_id, 'open');
END;
INSERT INTO customers VALUES (7, 'Ada', 'ada@example.com', 'CH'), (8, 'Bob', 'bob@example.com', 'DE'), (9, 'Eve', NULL, 'FR');
INSERT INTO invoices VALUES
  (1, 7, 1000, 'open', '2026-01-01', NULL), (2, 7, 2500, 'paid', '2026-02-01', 'id=1'), (3, 8, 99, 'open', '2026-03-01', ''),
  (4, 8, 0, 'draft', NULL, 'it''s'), (5, 9, 123456, 'open', '2026-05-01', 'DELETE FROM invoices');
INSERT INTO lines VALUES (1, 1, 'pen', 3), (2, 1, 'ink', 1), (3, 3, 'pad', 10);
INSERT INTO archive VALUES (0, 7, 1, 'paid', '2020-01-01', 'old');
INSERT INTO counters VALUES ('invoices', 5), ('customers', 3);
INSERT INTO numbered (label) VALUES ('first'), ('second');
INSERT INTO "Order Items" VALUES (1, 'one'), (2, 'two');
PRAGMA user_version = 3;
