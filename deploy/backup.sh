#!/bin/sh
# Database and files to one folder: deploy/backup.sh /backup. The files are sealed and never change once written, so
# they are copied after the database: whatever it names is there. The master keys are not in it: keep them elsewhere.
set -eu
target=$1/$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$target" "$DATA_DIR/media" # the latter is made with the first file
pg_dump --format=custom --file="$target/database.dump" "$DATABASE_URL"
# tar ends with 1 where a file came or went meanwhile: one that came is newer than the dump, one that went was purged.
tar --create --file="$target/media.tar" --warning=no-file-changed --warning=no-file-removed \
    --directory="$DATA_DIR" media || [ $? -eq 1 ]
pg_restore --list "$target/database.dump" >/dev/null
tar --list --file="$target/media.tar" >/dev/null
echo "$target"
