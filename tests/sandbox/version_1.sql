-- A store of the first version as SQLite dumps it: orders that are done, failed, announced in vain, done but
-- not due, and waiting.
BEGIN TRANSACTION;
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE REFERENCES tasks (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL,  -- null: delivered, or given up
    delivered_at REAL
);
INSERT INTO "deliveries" VALUES('33333333-0000-4000-8000-00000000000d','33333333-0000-4000-8000-00000000000a',1,1000.0,NULL);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT REFERENCES tasks (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'charge', 'refund')),
    amount INTEGER NOT NULL,
    at REAL NOT NULL,
    UNIQUE (task_id, kind)
);
INSERT INTO "entries" VALUES(1,NULL,'grant',500,1001.0);
INSERT INTO "entries" VALUES(2,'11111111-0000-4000-8000-00000000000a','charge',-10,1002.0);
INSERT INTO "entries" VALUES(3,'22222222-0000-4000-8000-00000000000a','charge',-10,1003.0);
INSERT INTO "entries" VALUES(4,'22222222-0000-4000-8000-00000000000a','refund',10,1004.0);
INSERT INTO "entries" VALUES(5,'33333333-0000-4000-8000-00000000000a','charge',-10,1005.0);
INSERT INTO "entries" VALUES(6,'44444444-0000-4000-8000-00000000000a','charge',-10,1006.0);
INSERT INTO "entries" VALUES(7,'55555555-0000-4000-8000-00000000000a','charge',-10,0.0);
CREATE TABLE tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    clip_id TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'RUNNING', 'SUCCESS', 'FAILED')),
    outcome TEXT CHECK (outcome IN ('SUCCESS', 'FAILED')),  -- how it will end, told from due_at on
    accepted_at REAL NOT NULL,
    due_at REAL NOT NULL,
    ended_at REAL,
    clip TEXT
);
INSERT INTO "tasks" VALUES(1,'11111111-0000-4000-8000-00000000000a','11111111-0000-4000-8000-00000000000c','{"sound": "quiet folk with a piano", "lyrics": "[Verse 1]\nLate \u2013 night", "title": "Back to You", "seed": "12345", "mv": "FUZZ-2.0 Pro", "make_instrumental": false, "lyrics_strength": 0.5, "sound_strength": 0.5, "webhook_url": "", "webhook_secret": ""}','SUCCESS','SUCCESS',1007.0,1008.0,1009.0,'{"title": "Back to You", "duration": 2.0, "audio": "11111111-0000-4000-8000-00000000000c.m4a", "wav": "11111111-0000-4000-8000-00000000000c-wav.wav", "cover": "11111111-0000-4000-8000-00000000000c-img.jpg", "created_at": "2026-10-01T12:00:00.569693Z"}');
INSERT INTO "tasks" VALUES(2,'22222222-0000-4000-8000-00000000000a','22222222-0000-4000-8000-00000000000c','{"sound": "quiet folk with a piano", "lyrics": "", "title": "", "seed": "905759266", "mv": "FUZZ-2.0", "make_instrumental": false, "lyrics_strength": 0.5, "sound_strength": 0.5, "webhook_url": "", "webhook_secret": ""}','FAILED','FAILED',1010.0,1011.0,1012.0,NULL);
INSERT INTO "tasks" VALUES(3,'33333333-0000-4000-8000-00000000000a','33333333-0000-4000-8000-00000000000c','{"sound": "quiet folk with a piano", "lyrics": "", "title": "", "seed": "445994487", "mv": "FUZZ-2.0", "make_instrumental": false, "lyrics_strength": 0.5, "sound_strength": 0.5, "webhook_url": "http://127.0.0.1:1/hooks", "webhook_secret": "s"}','SUCCESS','SUCCESS',1013.0,1014.0,1015.0,'{"title": "Quick tone", "duration": 2.0, "audio": "33333333-0000-4000-8000-00000000000c.m4a", "wav": "33333333-0000-4000-8000-00000000000c-wav.wav", "cover": "33333333-0000-4000-8000-00000000000c-img.jpg", "created_at": "2026-10-01T12:00:00.598228Z"}');
INSERT INTO "tasks" VALUES(4,'44444444-0000-4000-8000-00000000000a','44444444-0000-4000-8000-00000000000c','{"sound": "quiet folk with a piano", "lyrics": "", "title": "", "seed": "7", "mv": "FUZZ-2.0", "make_instrumental": false, "lyrics_strength": 0.5, "sound_strength": 0.5, "webhook_url": "", "webhook_secret": ""}','RUNNING','SUCCESS',1016.0,9000000000.0,NULL,'{"title": "Quick tone", "duration": 2.0, "audio": "44444444-0000-4000-8000-00000000000c.m4a", "wav": "44444444-0000-4000-8000-00000000000c-wav.wav", "cover": "44444444-0000-4000-8000-00000000000c-img.jpg", "created_at": "2026-10-01T12:00:00.627187Z"}');
INSERT INTO "tasks" VALUES(5,'55555555-0000-4000-8000-00000000000a','55555555-0000-4000-8000-00000000000c','{"sound": "quiet folk with a piano", "lyrics": "[Verse 1]\nLate \u2013 night", "title": "Back to You", "seed": "12345", "mv": "FUZZ-2.0 Pro", "make_instrumental": false, "lyrics_strength": 0.5, "sound_strength": 0.5, "webhook_url": "", "webhook_secret": ""}','PENDING',NULL,1017.0,1018.0,NULL,NULL);
CREATE INDEX unfinished_tasks ON tasks (number) WHERE state IN ('PENDING', 'RUNNING');
CREATE VIEW unfinished AS SELECT * FROM tasks WHERE state IN ('PENDING', 'RUNNING');
CREATE VIEW unbegun AS SELECT * FROM unfinished WHERE state = 'PENDING' OR outcome IS NULL;
CREATE VIEW ending AS SELECT * FROM unfinished WHERE state = 'RUNNING' AND outcome IS NOT NULL;
CREATE INDEX open_deliveries ON deliveries (due_at) WHERE due_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',7);
INSERT INTO "sqlite_sequence" VALUES('tasks',5);
COMMIT;
